/** @jsxImportSource react */
// main.tsx
import { createRoot } from 'react-dom/client'
import { createBrowserRouter, Link, RouterProvider } from 'react-router'
import { createTokenManager } from 'tokenring'
import { AuthProvider, createSessionGuard, RequireSession, useUser } from 'tokenring/react'

const auth = createTokenManager({
  authorizationServer: 'https://login.example.com',
  clientId: 'spa',
  scope: 'openid profile offline_access orders:read',
  redirectUri: '/callback',
  resourceServers: ['https://api.example.com/v2/'],
})

function Welcome() {
  const { isLoading, error } = useUser()
  if (isLoading) return <p>One moment …</p>
  return <Link to="/orders">{error ? 'Please sign in again' : 'Your orders'}</Link>
}

function Orders() {
  const { user } = useUser()
  return (
    <RequireSession fallback={<Welcome />}>
      {user?.name} <button onClick={() => void auth.signOut()}>Sign out</button>
    </RequireSession>
  )
}

const router = createBrowserRouter([
  { path: '*', element: <Welcome /> },
  {
    loader: createSessionGuard(auth),
    hydrateFallbackElement: <p>One moment …</p>,
    errorElement: <Welcome />,
    children: [{ path: '/orders', element: <Orders /> }],
  },
])
const goTo = (path: string) => router.navigate(path, { replace: true })

createRoot(document.getElementById('root') ?? document.body).render(
  <AuthProvider manager={auth} onSignedIn={goTo} onSignInError={() => goTo('/')}>
    <RouterProvider router={router} />
  </AuthProvider>,
)
