'use client'
import { useRouter } from 'next/navigation'
import { useEffect, useState, type ReactNode } from 'react'
import type { SignInError } from 'tokenring'
import { AuthProvider, RequireSession } from 'tokenring/react'
import { auth } from '../lib/auth'

/** The border between server and client: the session is known on this side of it only. */
export function Session({ children }: { children: ReactNode }) {
  const router = useRouter()
  const [signInError, setSignInError] = useState<unknown>()

  useEffect(() => {
    // In an effect: on a server there is no callback to finish. Called twice it has one result.
    auth.handleRedirect().then(
      (arrived) => arrived && router.replace(arrived.returnTo),
      (error: Partial<SignInError>) => {
        setSignInError(error)
        router.replace(error.returnTo ?? '/')
      },
    )
  }, [router])

  return (
    <AuthProvider manager={auth}>
      <RequireSession
        fallback={({ isPending, error = signInError, signIn }) =>
          isPending ? (
            <p>One moment …</p>
          ) : (
            <p>
              {error !== undefined && 'The sign-in did not succeed. '}
              <button onClick={() => signIn()}>Sign in</button>
            </p>
          )
        }
      >
        {children}
      </RequireSession>
    </AuthProvider>
  )
}
