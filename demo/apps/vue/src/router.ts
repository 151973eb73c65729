import { findTokenError } from 'tokenring'
import { createSessionGuard } from 'tokenring/vue'
import { createRouter, createWebHistory } from 'vue-router'
import { auth } from './auth.ts'
import Orders from './Orders.vue'
import SignInFailed from './SignInFailed.vue'
import Welcome from './Welcome.vue'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', component: Welcome },
    { path: '/sign-in-failed', component: SignInFailed },
    { path: '/callback', redirect: () => ({ path: '/', query: {} }) },
    { path: '/orders', component: Orders, meta: { requiresSession: true } },
  ],
})

router.beforeEach(
  createSessionGuard(auth, {
    failed: ({ fullPath }, error) => ({
      path: '/sign-in-failed',
      query: { returnTo: fullPath, problem: findTokenError(error)?.code },
      // After Back the browser shows that address already; after a click, the page before.
      replace: router.options.history.location === fullPath,
    }),
  }),
)
