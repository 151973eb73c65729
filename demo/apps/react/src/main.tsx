import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createBrowserRouter, RouterProvider } from 'react-router'
import type { SignInError } from 'tokenring'
import { AuthProvider } from 'tokenring/react'
import { auth } from './auth.ts'
import { Orders } from './orders.tsx'
import { createQueryClient } from './query-client.ts'
import { Shell, Welcome } from './shell.tsx'

let signInError: unknown
try {
  const arrived = await auth.handleRedirect()
  if (arrived) history.replaceState(null, '', arrived.returnTo)
} catch (error) {
  signInError = error
  history.replaceState(null, '', (error as Partial<SignInError>).returnTo ?? '/')
}

// It reads the address when it is created, so it comes after that.
const router = createBrowserRouter([
  {
    element: <Shell signInError={signInError} />,
    children: [
      { path: '/', element: <Welcome /> },
      { path: '/orders', element: <Orders /> },
    ],
  },
])

createRoot(document.getElementById('root') ?? document.body).render(
  <StrictMode>
    <AuthProvider manager={auth}>
      <QueryClientProvider client={createQueryClient(auth)}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </AuthProvider>
  </StrictMode>,
)
