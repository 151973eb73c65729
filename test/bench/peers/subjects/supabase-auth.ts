import { AuthClient } from '@supabase/auth-js'
import type { GoTrueClientOptions } from '@supabase/auth-js'
import { fetchWith, givenSession } from '../subject.ts'
import type { Start, Subject, Surroundings } from '../subject.ts'

export const start: Start = (surroundings) => startSupabase(surroundings, {})

/** Its documentation writes requests with a token of `getSession()`; `supabase-js` does the same. */
export async function startSupabase(
  surroundings: Surroundings,
  options: GoTrueClientOptions,
): Promise<Subject> {
  const auth = new AuthClient({ url: surroundings.serverOrigin, storageKey: 'session', ...options })
  await auth.initialize()
  async function getAccessToken(): Promise<string> {
    const { data, error } = await auth.getSession()
    if (!data.session) throw error ?? new Error('There is no session.')
    return data.session.access_token
  }
  return {
    async signIn() {
      const { error } = await auth.setSession(await givenSession(surroundings))
      if (error) throw error
    },
    getAccessToken,
    fetch: fetchWith(getAccessToken),
    async renew() {
      const { error } = await auth.refreshSession()
      if (error) throw error
    },
  }
}
