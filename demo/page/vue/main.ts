import { createAuth } from 'tokenring/vue'
import { createApp } from 'vue'
import { startAuth } from '../shared/framework-auth.ts'
import { App } from './app.ts'

const { auth, ...start } = await startAuth()

createApp(App, start).use(createAuth(auth)).mount('#app')
