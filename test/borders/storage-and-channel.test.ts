import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { SessionRecord } from '../../src/core/record/session-record.ts'
import { failureOf } from '../support/failure.ts'
import { openTabs } from '../support/open-tabs.ts'
import { callbackOf, leaveToSignIn, redeeming, redirectUri } from '../support/sign-in.ts'
import { overwriteRecord } from '../support/stored-record.ts'
import { apiUrl, createProfile, settle } from '../support/tabs.ts'
import { expectReadable, members, odd, runs } from './odd-values.ts'

/** Everything that a record can hold. */
const full: SessionRecord = {
  schema: 1,
  revision: 7,
  epoch: 1_893_456_000_000,
  generation: 3,
  unknown: 1,
  refusals: 1,
  lease: { tab: 'tab-9', takenAt: 1_893_456_000_000, until: 1_893_456_015_000, underLock: true },
  failure: {
    kind: 'transient',
    code: 'NETWORK',
    attempt: 1,
    failedAt: 1_893_456_000_000,
    until: 1_893_456_001_000,
  },
  endedWith: { error: 'invalid_grant', status: 400 },
  session: {
    refreshToken: 'refresh-1',
    refreshTokenExpiresAt: 1_893_556_000_000,
    scope: 'openid orders',
    keepsScope: true,
    sub: 'user-1',
    nonce: 'nonce-1',
    idToken: 'a.b.c',
    claims: { iss: 'https://as.example', sub: 'user-1', aud: 'spa', iat: 1, exp: 2, auth_time: 1 },
    startedAt: 1_893_455_000_000,
    id: 'session-1',
    refused: {},
    tokens: {
      default: {
        accessToken: 'access-1',
        tokenType: 'Bearer',
        scope: 'openid orders',
        generation: 3,
        receivedAt: 1_893_455_000_000,
        expiresAt: 1_893_466_000_000,
        mintedFor: [{ resourceServer: apiUrl, at: 1_893_455_000_000 }],
      },
    },
  },
}

type Path = readonly string[]

/** Where something can stand in a value, the value itself left out. */
function pathsIn(value: object): Path[] {
  return Object.entries(value).flatMap(([name, part]: [string, unknown]) => [
    [name],
    ...(typeof part === 'object' && part !== null ? pathsIn(part) : []).map((rest) => [
      name,
      ...rest,
    ]),
  ])
}

function replaced(value: unknown, [name, ...rest]: Path, by: unknown): unknown {
  if (name === undefined) return by
  const part = (value as Record<string, unknown>)[name]
  const copy: object = Array.isArray(value) ? [...value] : { ...(value as object) }
  return Object.assign(copy, { [name]: replaced(part, rest, by) })
}

/** A good record with one value in it that is odd. A later `schema` is left alone by design. */
const oneOdd = fc
  .tuple(fc.constantFrom(...pathsIn(full)), fc.oneof(odd, fc.constant(undefined)))
  .filter(([path, value]) => path[0] !== 'schema' || !(Number(value) > 1))
  .map(([path, value]) => replaced(full, path, value))

it('whatever storage holds of the session, a sign-in is all it takes to go on', () =>
  fc.assert(
    fc.asyncProperty(fc.oneof({ weight: 9, arbitrary: oneOdd }, odd), async (stored) => {
      const profile = createProfile()
      await overwriteRecord(profile, stored)
      const tab = profile.openTab()
      await tab.auth.ready
      const served = tab.auth.getAccessToken().then((token) => expect(token).toMatch(/./))
      await failureOf(profile.passUntil(served))
      await failureOf(profile.passUntil(tab.auth.refresh()))
      await tab.auth.startSession(profile.server.signIn())
      await profile.passUntil(tab.auth.refresh())
      await expectReadable(profile, tab)
    }),
    runs,
  ))

it('whatever storage holds of earlier sign-ins, another one goes through', () =>
  fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.array(
          members({ state: [], verifier: [], redirectUri: [], returnTo: [], createdAt: [] }),
        ),
        odd,
      ),
      async (stored) => {
        const profile = createProfile()
        const key = 'sign-in https%3A%2F%2Fas.example spa default'
        const tab = profile.openTab({ redirectUri })
        await profile.store.update(key, () => ({ put: stored, result: undefined }))
        const left = await leaveToSignIn(tab)
        profile.server.answerNext(redeeming(profile, left))
        await tab.auth.handleRedirect(callbackOf(left))
        expect(tab.auth.getState().status).toBe('signed-in')
      },
    ),
    runs,
  ))

it('whatever arrives on the channel, the session goes on', () =>
  fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.anything(),
        members({ v: [1], epoch: [], generation: [], kind: ['committed', 'failed', 'ended'] }),
      ),
      async (message) => {
        const profile = createProfile()
        const listeners: ((message: unknown) => void)[] = []
        const { tab } = await openTabs(2, {}, profile, {
          openChannel(name, listener) {
            listeners.push(listener)
            return profile.openChannel(name, listener)
          },
        })
        for (const listener of listeners) listener(message)
        await settle()
        await tab.auth.refresh()
        await expectReadable(profile, tab)
      },
    ),
    runs,
  ))
