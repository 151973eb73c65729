import { describe, expect, it } from 'vitest'
import { createFakeAuthorizationServer } from '../../src/testing/index.ts'
import { createProfile } from '../support/tabs.ts'

describe('the claims of a sign-in at the fake server', () => {
  it('are those of the session, umlauts too, and stay those when it is renewed', async () => {
    const profile = createProfile()
    const { auth } = profile.openTab()
    const person = { sub: 'änn', name: 'Änn Müller', roles: ['admin'] }
    await auth.startSession(profile.server.signIn({ claims: person, scope: 'openid' }))
    const shown = { status: 'signed-in', sub: 'änn', scope: 'openid', claims: person }
    expect(auth.getState()).toMatchObject(shown)
    await auth.refresh()
    expect(auth.getState()).toMatchObject({ ...shown, generation: 2 })
  })

  it('are those of somebody where they name nobody', async () => {
    const profile = createProfile()
    const { auth } = profile.openTab()
    await auth.startSession(profile.server.signIn({ claims: {} }))
    expect(auth.getState()).toMatchObject({ sub: 'user-1', claims: { aud: 'spa' } })
  })

  it('may be for another client', async () => {
    const profile = createProfile()
    const { auth } = profile.openTab({ clientId: 'other' })
    await auth.startSession(profile.server.signIn({ claims: { aud: 'other' } }))
    expect(auth.getState()).toMatchObject({ status: 'signed-in', claims: { aud: 'other' } })
  })

  it('are no member of the response, which has no id_token without them', () => {
    const server = createFakeAuthorizationServer()
    expect(server.signIn({ claims: { sub: 'ann' } })).not.toHaveProperty('claims')
    expect(server.signIn({ scope: 'a' })).not.toHaveProperty('id_token')
  })
})
