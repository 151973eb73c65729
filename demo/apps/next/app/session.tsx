'use client'
import { useRouter } from 'next/navigation'
import type { ReactNode } from 'react'
import { AuthProvider, RequireSession, useSession } from 'tokenring/react'
import { auth } from '../lib/auth'
import { sayEnd, sayFailure } from '../lib/what-to-say'

/** The border between server and client: the session is known on this side of it only. */
export function Session({ children }: { children: ReactNode }) {
  const router = useRouter()
  const goTo = (path: string) => router.replace(path)
  return (
    <AuthProvider
      manager={auth}
      onSignedIn={goTo}
      onSignInError={({ returnTo = '/' }) => goTo(returnTo)}
    >
      <SignedIn>{children}</SignedIn>
    </AuthProvider>
  )
}

function SignedIn({ children }: { children: ReactNode }) {
  const end = useSession(sayEnd)
  return (
    <RequireSession
      fallback={({ isPending, error, signIn }) =>
        isPending ? (
          <p>One moment …</p>
        ) : (
          <p>
            {sayFailure(error) || end} <button onClick={() => signIn()}>Sign in</button>
          </p>
        )
      }
    >
      {children}
    </RequireSession>
  )
}
