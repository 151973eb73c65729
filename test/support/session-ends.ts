import { json } from '../oauth/server-double.ts'
import { idToken } from './id-token.ts'
import { cutAfterRotation } from './token-replies.ts'
import type { Profile, Tab } from './tabs.ts'

type End = (profile: Profile, tab: Tab) => Promise<void>

/** How a session ends by itself, by its user, and by another one; by the reason that is shown then. */
export const ends: Readonly<
  Record<'rejected' | 'rotation-lost' | 'signed-out' | 'subject-changed', End>
> = {
  rejected: async ({ server }, { auth }) => {
    server.revokeFamilies()
    await auth.refresh().catch(() => {})
  },
  'rotation-lost': async (profile, { auth }) => {
    profile.server.answerNext(cutAfterRotation)
    await auth.refresh().catch(() => {})
    await profile.pass(2_000)
    await auth.refresh().catch(() => {})
  },
  'signed-out': (_, { auth }) => auth.signOut(),
  'subject-changed': async ({ server }, { auth }) => {
    server.answerNext(() => json(200, server.signIn({ id_token: idToken({ sub: 'bob' }) })))
    await auth.refresh().catch(() => {})
  },
}
