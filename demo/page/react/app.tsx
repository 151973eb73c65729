/** @jsxImportSource react */
import { useState } from 'react'
import type { ReactElement } from 'react'
import type { FrameworkStart } from '../shared/framework-auth.ts'
import { userOf } from '../shared/tab-snapshot.ts'
import { RequireSession, useAuth, useAuthFetch, useSession } from 'tokenring/react'

export function App({ ordersUrl, hasSignInFailed }: Omit<FrameworkStart, 'auth'>): ReactElement {
  return (
    <>
      <h1>tokenring with React</h1>
      <RequireSession
        fallback={({ isPending, error, signIn }) =>
          isPending ? (
            <p>One moment …</p>
          ) : (
            <p>
              {(error !== undefined || hasSignInFailed()) && 'The sign-in did not succeed. '}
              <button onClick={() => signIn()}>Sign in</button>
            </p>
          )
        }
      >
        <Orders ordersUrl={ordersUrl} />
      </RequireSession>
    </>
  )
}

function Orders({ ordersUrl }: { readonly ordersUrl: string }): ReactElement {
  const auth = useAuth()
  const authFetch = useAuthFetch()
  const name = useSession(userOf)
  const [answer, setAnswer] = useState('')
  const call = (): void => {
    authFetch(ordersUrl).then(
      ({ status }) => setAnswer(`The API answered ${status}.`),
      (error: unknown) => setAnswer(String(error)),
    )
  }
  return (
    <>
      <p>Signed in as {name}</p>
      <button onClick={call}>Call the API</button>
      <button onClick={() => void auth.signOut({ endSession: false })}>Sign out</button>
      <p role="status">{answer}</p>
    </>
  )
}
