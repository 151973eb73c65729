/** @jsxImportSource react */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { AuthProvider } from 'tokenring/react'
import { startAuth } from '../shared/framework-auth.ts'
import { App } from './app.tsx'

const { auth, ...start } = await startAuth()

createRoot(document.querySelector('#app') ?? document.body).render(
  <StrictMode>
    <AuthProvider manager={auth}>
      <App {...start} />
    </AuthProvider>
  </StrictMode>,
)
