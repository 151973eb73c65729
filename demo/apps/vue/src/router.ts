import { isTokenError } from 'tokenring'
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

router.beforeEach(createSessionGuard(auth))
router.onError((error, { fullPath }) => {
  if (!isTokenError(error) || auth.getState().status !== 'signed-out') return
  const query = { returnTo: fullPath, problem: error.code }
  void router.replace({ path: '/sign-in-failed', query })
})
