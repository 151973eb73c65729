import { createPinia } from 'pinia'
import type { SignInError } from 'tokenring'
import { createAuth } from 'tokenring/vue'
import { createApp } from 'vue'
import App from './App.vue'
import { auth } from './auth.ts'
import { router } from './router.ts'

const app = createApp(App).use(createAuth(auth)).use(createPinia())

/** Where to begin, if not at the page's own address. */
const start = await auth.handleRedirect().then(
  (arrived) => arrived?.returnTo,
  (error: Partial<SignInError>) => {
    const { returnTo = '/', code } = error
    if (code === 'INTERACTION_REQUIRED') return returnTo
    console.error(error)
    return { path: '/sign-in-failed', query: { returnTo, problem: code } }
  },
)
if (start !== undefined) await router.replace(start).catch(console.error)

app.use(router).mount('#app')
