import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { allAre, signedInPages } from '../faults/rotations.ts'
import { inPage, stateOf, type Stage } from '../harness.ts'
import type { EnginePage } from './engine.ts'
import { startEngineStage } from './engine-stage.ts'
import { enginesInUse } from './engines-in-use.ts'

/** Requests that have arrived. */
interface Sends {
  readonly api: number
  readonly token: number
}

const stormSize = 30

describe.each(enginesInUse())(
  'with tokens bound to a key, and servers that want nonces, in %s',
  (name) => {
    let stage: Stage<EnginePage>

    beforeAll(async () => {
      stage = await startEngineStage(name, {
        dpop: true,
        dpopNonces: true,
        // It is the test that says when to renew.
        managerOptions: { refreshAhead: 'never' },
      })
    })
    beforeEach(() => stage.reset())
    afterEach(expectDpopOnly)
    afterAll(() => stage?.close())

    function expectDpopOnly(): void {
      const schemes = stage.api.log().map(({ scheme }) => scheme)
      expect(schemes.filter((scheme) => scheme !== 'DPoP')).toEqual([])
    }

    async function signedInPage(): Promise<EnginePage> {
      const page = await stage.newPage()
      await stage.signIn(page)
      return page
    }

    const refresh = (page: EnginePage): Promise<void> =>
      inPage(page, () => window.app.auth.refresh(), undefined)

    async function call(page: EnginePage, times = 1): Promise<void> {
      const { outcomes, mostSends } = await stage.storm([page], times)
      expect(outcomes).toEqual({ 200: times })
      expect(mostSends).toBeLessThanOrEqual(2)
    }

    function changeNonce(times: number): void {
      for (let time = 0; time < times; time += 1) stage.api.changeDpopNonce()
    }

    /** What is sent meanwhile. */
    async function sendsOf(task: () => Promise<unknown>): Promise<Sends> {
      const sent = (): Sends => ({
        api: stage.api.log().length,
        token: stage.authorizationServer.counters().tokenRequests,
      })
      const before = sent()
      await task()
      const after = sent()
      return { api: after.api - before.api, token: after.token - before.token }
    }

    function say(what: string, sends: readonly Sends[]): void {
      const figures = sends.map(({ api, token }) => `${api} + ${token}`).join(', ')
      process.stdout.write(`${name}, ${what}, sends to API + token endpoint: ${figures}\n`)
    }

    test('each of ten renewals and each request after it is one send, once the nonces are known', async () => {
      const page = await signedInPage()
      // Of the code: nobody knew a nonce yet.
      expect(stage.authorizationServer.counters()).toMatchObject({
        tokenRequests: 2,
        codeGrants: 1,
      })
      const rounds: Sends[] = []
      while (rounds.length < 10) {
        const round = await sendsOf(async () => {
          await refresh(page)
          await call(page)
        })
        rounds.push(round)
      }
      say('ten rotations', rounds)
      const [first, ...others] = rounds
      expect(first).toEqual({ api: 2, token: 1 })
      expect(others).toEqual(others.map(() => ({ api: 1, token: 1 })))
      expect(stage.authorizationServer.counters()).toMatchObject({ refreshGrants: 10, replays: 0 })
    })

    test('another tab, and a page after a reload, renew by one send', async () => {
      const [first, second] = await signedInPages(stage, 2)
      const sends = [await sendsOf(() => refresh(second))]
      await second.reload()
      await allAre('signed-in', [second])
      sends.push(await sendsOf(() => refresh(second)))
      // Else it would take what the other tab has renewed, and send nothing.
      await expect.poll(() => stateOf(first)).toMatchObject({ generation: 3 })
      sends.push(await sendsOf(() => refresh(first)))
      say('another tab, a reload, the first tab', sends)
      expect(sends).toEqual(sends.map(() => ({ api: 0, token: 1 })))
    })

    test('a storm after a renewal is one send for each request, also when the nonce has just been changed', async () => {
      const page = await signedInPage()
      await call(page)
      await refresh(page)
      const sends = [await sendsOf(() => call(page, stormSize))]
      // The one before is good until the next change, and each reply names the new one.
      changeNonce(1)
      sends.push(await sendsOf(() => call(page, stormSize)))
      changeNonce(2)
      const onDeadNonce = await sendsOf(() => call(page, stormSize))
      say('storms with the same nonce, with the one before, with a dead one', [
        ...sends,
        onDeadNonce,
      ])
      expect(sends).toEqual(sends.map(() => ({ api: stormSize, token: 0 })))
      // All have left with the dead nonce before the first reply names another: once more for each.
      expect(onDeadNonce.token).toBe(0)
      expect(onDeadNonce.api).toBeLessThanOrEqual(2 * stormSize)
    })

    test.each([
      { nonce: 'no nonce', calls: 0, changes: 0 },
      { nonce: 'the nonce', calls: 1, changes: 0 },
      { nonce: 'a dead nonce', calls: 1, changes: 2 },
    ])(
      'a killed token, in a page that knows $nonce, is one renewal and no 401 for the app',
      async ({ nonce, calls, changes }) => {
        const sends: Sends[] = []
        for (const times of [1, stormSize]) {
          // Anew: for a while after such a renewal the next killed token is not renewed.
          await stage.reset()
          const page = await signedInPage()
          if (calls > 0) await call(page, calls)
          stage.authorizationServer.revokeAccessTokens()
          changeNonce(changes)
          sends.push(await sendsOf(() => call(page, times)))
          expectDpopOnly()
        }
        say(`a killed token and ${nonce}, one call and a storm`, sends)
        const [one, many] = sends
        expect(one).toEqual({ api: 2, token: 1 })
        expect(many?.token).toBe(1)
        expect(many?.api).toBeLessThanOrEqual(2 * stormSize)
      },
    )
  },
)
