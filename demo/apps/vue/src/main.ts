import { createPinia } from 'pinia'
import type { SignInError } from 'tokenring'
import { createAuth } from 'tokenring/vue'
import { createApp } from 'vue'
import App from './App.vue'
import { auth } from './auth.ts'
import { router } from './router.ts'

try {
  const arrived = await auth.handleRedirect()
  if (arrived) await router.replace(arrived.returnTo)
} catch (error) {
  console.error(error)
  const { returnTo } = error as Partial<SignInError>
  await router.replace({ path: '/sign-in-failed', query: { returnTo } })
}

createApp(App).use(createAuth(auth)).use(createPinia()).use(router).mount('#app')
