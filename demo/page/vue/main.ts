import { createAuth } from 'tokenring/vue'
import { createApp } from 'vue'
import { startAuth } from '../shared/framework-auth.ts'
import { App } from './app.ts'

const { auth, ordersUrl } = await startAuth()

createApp(App, { ordersUrl }).use(createAuth(auth)).mount('#app')
