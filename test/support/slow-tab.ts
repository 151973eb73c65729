import { expect, vi } from 'vitest'
import { SignInError } from '../../src/index.ts'
import { createDeferred } from './deferred.ts'
import { failureOf } from './failure.ts'
import { patience } from './patience.ts'
import { redirectUri } from './sign-in.ts'
import { createProfile, type Tab } from './tabs.ts'

const issuer = 'https://as.example'

/** A tab at a server whose metadata come when they are told to. */
export function openSlowTab(): { readonly tab: Tab; readonly answer: () => void } {
  const server = createDeferred<Response>()
  const profile = createProfile()
  const tab = profile.openTab({
    redirectUri,
    authorizationServer: issuer,
    fetch: () => server.promise.then((response) => response.clone()),
  })
  const answer = (): void => server.resolve(Response.json({ ...profile.server.metadata, issuer }))
  return { tab, answer }
}

/** Where the only sign-in comes back to that the tab leaves for. */
export async function whereToReturn({ auth, navigation }: Tab): Promise<string | undefined> {
  const [left = ''] = await vi.waitUntil(
    () => navigation.left.length > 0 && navigation.left,
    patience,
  )
  expect(navigation.left).toHaveLength(1)
  const denied = new URL(redirectUri)
  denied.searchParams.set('state', new URL(left).searchParams.get('state') ?? '')
  denied.searchParams.set('error', 'access_denied')
  const failure = await failureOf(auth.handleRedirect(denied))
  return failure instanceof SignInError ? failure.returnTo : undefined
}
