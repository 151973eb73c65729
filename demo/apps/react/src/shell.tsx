import { Link, Outlet } from 'react-router'
import { RequireSession, useAuth, useSession } from 'tokenring/react'
import { sayEnd, sayFailure } from './what-to-say.ts'

/** What is around every page, and what stands in place of one while nobody is signed in. */
export function Shell({ signInError }: { signInError?: unknown }) {
  const end = useSession(sayEnd)
  return (
    <RequireSession
      fallback={({ isPending, error = signInError, signIn }) =>
        isPending ? (
          <p>One moment …</p>
        ) : (
          <p>
            {sayFailure(error) || end} <button onClick={() => signIn()}>Sign in</button>
          </p>
        )
      }
    >
      <Header />
      <Outlet />
    </RequireSession>
  )
}

function Header() {
  const auth = useAuth()
  const name = useSession((state) =>
    state.status === 'signed-in' ? String(state.claims?.['name'] ?? state.sub) : '',
  )
  return (
    <p>
      {name} <Link to="/orders">Orders</Link>{' '}
      <button onClick={() => void auth.signOut()}>Sign out</button>
    </p>
  )
}

export function Welcome() {
  return <p>Welcome</p>
}
