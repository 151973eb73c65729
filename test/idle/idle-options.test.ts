import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTokenManager } from '../../src/index.ts'
import { idle } from '../../src/idle/index.ts'
import { createFakeAuthorizationServer, createTestBrowser } from '../../src/testing/index.ts'

const afterMs = 900_000

describe('idle()', () => {
  const wrong: readonly (readonly [given: unknown, message: string])[] = [
    [undefined, 'idle options must be an object'],
    [null, 'idle options must be an object'],
    [{}, 'idle options.afterMs must be a number of ms from 1000 to'],
    ...[0, -1, 999, NaN, Infinity, 367 * 24 * 3_600_000, '900000', null, [900_000]].map(
      (value) => [{ afterMs: value }, 'idle options.afterMs must be'] as const,
    ),
    ...[-1, NaN, Infinity, '1', null].map(
      (value) => [{ afterMs, warnBeforeMs: value }, 'idle options.warnBeforeMs must be'] as const,
    ),
    ...[afterMs, afterMs + 1].map(
      (value) =>
        [
          { afterMs, warnBeforeMs: value },
          'idle options.warnBeforeMs must be less than afterMs',
        ] as const,
    ),
    ...['keydown', [1], [''], {}, null].map(
      (value) => [{ afterMs, events: value }, 'idle options.events must be an array'] as const,
    ),
    [
      { afterMs, warnAfterMs: 1 },
      'idle options.warnAfterMs must be one of afterMs, warnBeforeMs, events',
    ],
  ]

  it.each(wrong)('refuses %j', (given, message) => {
    expect(() => idle(given as never)).toThrow(TypeError)
    expect(() => idle(given as never)).toThrow(message)
  })

  it('takes whatever keeps the rules, and throws nothing but a TypeError for the rest', () => {
    const value = fc.oneof(fc.double(), fc.integer(), fc.anything())
    const options = fc.record(
      { afterMs: value, warnBeforeMs: value, events: fc.oneof(value, fc.array(value)) },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(options, fc.anything()), (given) => {
        try {
          expect(idle(given as never).getState()).toEqual({ status: 'quiet' })
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
          return
        }
        const { afterMs: after, warnBeforeMs: before = 0 } = given as {
          readonly afterMs: number
          readonly warnBeforeMs?: number
        }
        expect(after >= 1_000 && before >= 0 && before < after).toBe(true)
      }),
    )
  })

  it('takes nothing from Object.prototype', () => {
    const prototype = Object.prototype as { warnBeforeMs?: unknown }
    prototype.warnBeforeMs = afterMs
    try {
      expect(() => idle({ afterMs })).not.toThrow()
    } finally {
      delete prototype.warnBeforeMs
    }
  })

  it('has a warning for a short time, too', () => {
    expect(() => idle({ afterMs: 1_000 })).not.toThrow()
  })
})

describe('the option `idle`', () => {
  it.each([900_000, {}, null, true])('is what idle() returns, so not %j', (given) => {
    const options = { authorizationServer: 'https://auth.example', clientId: 'spa', idle: given }
    expect(() => createTokenManager(options as never)).toThrow(
      'options.idle must be what idle() returns',
    )
  })

  it.each([-1, 1e300, 0, NaN, Infinity, '900000', null, {}])(
    'believes no odd time in storage: %j',
    async (activeAt) => {
      const server = createFakeAuthorizationServer()
      const { store, clock, openTab } = createTestBrowser()
      const open = () =>
        createTokenManager(
          {
            authorizationServer: server.metadata,
            clientId: 'spa',
            fetch: server.fetch,
            storage: store,
            idle: idle({ afterMs }),
          },
          openTab().ports,
        )
      const auth = open()
      await auth.startSession(server.signIn())
      auth.dispose()
      const key = `session ${[server.metadata.issuer, 'spa', 'default'].map(encodeURIComponent).join(' ')}`
      await store.update(key, (stored) => {
        const record = stored as { readonly session: object }
        return { put: { ...record, session: { ...record.session, activeAt } }, result: undefined }
      })
      const next = open()
      await next.ready
      clock.advance(afterMs + 60_000)
      await expect(next.getAccessToken()).rejects.toMatchObject({ name: 'SessionEndedError' })
      next.dispose()
      const third = open()
      expect(await third.ready).toMatchObject({ status: 'signed-out' })
      third.dispose()
    },
  )
})
