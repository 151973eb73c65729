import { describe, expect, it } from 'vitest'
import type { SessionRecord } from '../../src/core/record/session-record.ts'
import type { CourierWord } from '../../src/core/ports.ts'
import type { CourierSupport } from '../../src/core/rotation/courier-support.ts'
import { dpop } from '../../src/index.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { createFakeCourier, type FakeCourier } from '../support/courier.ts'
import { createDeferred } from '../support/deferred.ts'
import { failureOf, named } from '../support/failure.ts'
import { noLocks } from '../support/open-tabs.ts'
import { overwriteRecord } from '../support/stored-record.ts'
import { createProfile, settle, type Profile } from '../support/tabs.ts'

const recordKey = (profile: Profile): string =>
  `session ${encodeURIComponent(profile.server.issuer)} spa default`

async function storedIn(profile: Profile): Promise<SessionRecord> {
  return (await profile.store.read(recordKey(profile))) as SessionRecord
}

/** The worker's next request goes out, and is answered only after `opened`. */
function holdNext(profile: Profile, courier: FakeCourier): { readonly release: () => void } {
  const opened = createDeferred()
  courier.fetch = async (...given) => {
    courier.fetch = profile.fetch
    const response = await profile.fetch(...given)
    await opened.promise
    return response
  }
  return { release: () => opened.resolve() }
}

/** A page that is gone while a courier has its letter, whose answer is held back. */
async function leaveInMidRenewal() {
  const profile = createProfile()
  const courier = createFakeCourier(profile)
  const held = holdNext(profile, courier)
  const first = await profile.openSignedInTab({ courier: courier.option })
  const failure = failureOf(first.auth.refresh())
  await profile.pass(100)
  first.page.emit('hide')
  first.auth.dispose()
  await failure
  return { profile, courier, held }
}

describe('a renewal by a courier', () => {
  it('is one grant, and leaves no letter', async () => {
    const profile = createProfile()
    const courier = createFakeCourier(profile)
    const { auth } = await profile.openSignedInTab({ courier: courier.option })
    await profile.passUntil(auth.refresh())
    expect(courier.letters.length).toBe(1)
    expect(profile.server.counts).toMatchObject({ grants: 1, replays: 0 })
    expect(await storedIn(profile)).not.toHaveProperty('letters')
  })

  it('survives its page: the next one collects the answer, and asks for nothing', async () => {
    const { profile, courier, held } = await leaveInMidRenewal()
    held.release()
    const next = profile.openTab({ courier: courier.option })
    await profile.passUntil(next.auth.refresh())
    expect(next.events.map(({ type }) => type)).toContain('collected')
    expect(profile.server.counts).toMatchObject({ replays: 0 })
    expect(next.auth.getState().status).toBe('signed-in')
  })

  it('answers a nonce that the server wants with one more request, as a page does', async () => {
    const profile = createProfile()
    const courier = createFakeCourier(profile)
    const tab = profile.openTab({ courier: courier.option, dpop: dpop() })
    await tab.auth.startSession(profile.server.signIn({ token_type: 'DPoP' }))
    let count = 0
    profile.server.answerAlways(() => {
      count += 1
      const headers = { 'dpop-nonce': `nonce-${count}` }
      return Response.json({ error: 'use_dpop_nonce' }, { status: 400, headers })
    })
    const error = await profile.passUntil(failureOf(tab.auth.refresh()))
    expect(named(error)).toBe('RefreshUnavailableError SERVER_UNAVAILABLE')
    expect(count).toBe(2)
  })

  it('is claimed anew where the right to send is gone before the letter is posted', async () => {
    const profile = createProfile()
    const courier = createFakeCourier(profile)
    let isGone = true
    const option: CourierSupport = {
      createMail(parts) {
        const mail = courier.option.createMail(parts)
        const lose = (): boolean => (isGone = false)
        return {
          ...mail,
          deliver: (claim, grant, maySend) => mail.deliver(claim, grant, isGone ? lose : maySend),
        }
      },
    }
    const tab = await profile.openSignedInTab({ courier: option })
    await profile.passUntil(tab.auth.refresh())
    expect(tab.events.filter(({ type }) => type === 'claimed')).toHaveLength(2)
    expect(courier.letters).toHaveLength(1)
    expect(profile.server.counts).toMatchObject({ requests: 1, grants: 1 })
  })

  it('goes on by the page where a letter cannot even be handed over', async () => {
    const profile = createProfile()
    const courier = createFakeCourier(profile)
    courier.post = () => {
      throw new DOMException('No worker can be made.', 'SecurityError')
    }
    const { auth } = await profile.openSignedInTab({ courier: courier.option })
    await profile.passUntil(auth.refresh())
    expect(profile.server.counts).toMatchObject({ grants: 1, replays: 0 })
  })
})

describe('the bounds of a page that has posted a letter', () => {
  /** A tab whose bounds are over to the millisecond. */
  async function openPunctual(profile: Profile, courier: FakeCourier) {
    const ports = { clock: { ...profile.clock, isPunctual: true } }
    const tab = profile.openTab({ courier: courier.option }, ports)
    await tab.auth.ready
    return tab
  }

  async function advance({ clock }: Profile, ms: number): Promise<void> {
    clock.advance(ms)
    await settle()
  }

  it('it sends by itself after a second in which nobody has opened it, and after two such letters for good', async () => {
    const profile = createProfile()
    const courier = createFakeCourier(profile)
    courier.post = () => () => {}
    const { auth } = await openPunctual(profile, courier)
    await auth.startSession(profile.server.signIn())
    for (const [letters, reasons] of [
      [1, []],
      [2, ['no-worker']],
      [2, ['no-worker']],
    ] as const) {
      const { requests } = profile.server.counts
      const renewed = auth.refresh()
      await settle()
      expect(courier.letters).toHaveLength(letters)
      if (letters > requests) {
        await advance(profile, 999)
        expect(profile.server.counts.requests).toBe(requests)
        await advance(profile, 1)
      }
      await renewed
      expect(profile.server.counts.requests).toBe(requests + 1)
      expect(courier.reasons).toEqual(reasons)
    }
  })

  it('it gives a courier up only for letters in a row', async () => {
    const profile = createProfile()
    const courier = createFakeCourier(profile)
    const { post } = courier
    const { auth } = await openPunctual(profile, courier)
    await auth.startSession(profile.server.signIn())
    for (const deliver of [() => () => {}, post, () => () => {}] as const) {
      courier.post = deliver
      const renewed = auth.refresh()
      await settle()
      await advance(profile, 1_000)
      await renewed
    }
    expect(courier.letters).toHaveLength(3)
    expect(courier.reasons).toEqual([])
  })

  it('it waits for the answer to one that was opened five seconds longer than its request may take', async () => {
    const profile = createProfile()
    const courier = createFakeCourier(profile)
    let say = (_: CourierWord): void => {}
    courier.post = (_, onWord) => {
      say = onWord
      onWord('opened')
      return () => {}
    }
    const { auth } = await openPunctual(profile, courier)
    await auth.startSession(profile.server.signIn())
    let ending = 'none yet'
    void failureOf(auth.refresh()).then((error) => (ending = named(error)))
    await settle()
    await advance(profile, 10_000)
    // Nothing of that is news.
    say('opened')
    say('not-sent')
    await advance(profile, 4_999)
    expect(ending).toBe('none yet')
    await advance(profile, 1)
    expect(ending).toBe('RefreshUnavailableError TIMEOUT')
  })

  it('another takes its courier for gone after a lease and five seconds, though it keeps its lock', async () => {
    const profile = createProfile()
    const courier = createFakeCourier(profile)
    const { post } = courier
    courier.fetch = () => new Promise(() => {})
    courier.post = (letter, onWord) => post({ ...letter, timeoutMs: 600_000 }, onWord)
    const frozen = { clock: createManualClock(profile.clock.now()) }
    const first = await profile.openSignedInTab({ courier: courier.option }, frozen)
    first.auth.refresh().catch(() => {})
    await settle()
    first.page.emit('hide')
    const second = createFakeCourier(profile)
    const { auth } = await openPunctual(profile, second)
    auth.refresh().catch(() => {})
    await settle()
    await advance(profile, 19_999)
    expect(second.letters).toHaveLength(0)
    await advance(profile, 1)
    expect(second.letters).toHaveLength(1)
    expect(profile.server.counts.requests).toBe(1)
  })
})

describe('letters in the record', () => {
  it('in a state that only a later version knows are waited for, but not for ever', async () => {
    const profile = createProfile()
    const courier = createFakeCourier(profile)
    courier.post = ({ id }) => {
      void profile.store.update(recordKey(profile), (stored) => {
        const record = stored as SessionRecord
        const letters = record.letters?.map((letter) =>
          letter.id === id ? { ...letter, state: 'sealed' } : letter,
        )
        return { put: { ...record, revision: record.revision + 1, letters }, result: undefined }
      })
      return () => {}
    }
    const { auth } = await profile.openSignedInTab({ courier: courier.option })
    const error = await profile.passUntil(failureOf(auth.refresh()))
    expect(named(error)).toBe('RefreshUnavailableError TIMEOUT')
  })

  it('keep a tab without a courier from sending, and are settled by it', async () => {
    const { profile, held } = await leaveInMidRenewal()
    const other = profile.openTab()
    const renewed = other.auth.refresh()
    await profile.pass(2_000)
    expect(profile.server.counts.requests).toBe(1)
    held.release()
    await profile.passUntil(renewed)
    expect(profile.server.counts).toMatchObject({ replays: 0 })
  })

  it('are looked at again after a second where neither locks nor messages bring news of them', async () => {
    const { profile, courier, held } = await leaveInMidRenewal()
    const deaf = { locks: noLocks, openChannel: () => undefined }
    const next = profile.openTab({ courier: courier.option }, deaf)
    await next.auth.ready
    const renewed = next.auth.refresh()
    await settle()
    held.release()
    await settle()
    const isHeard = (): boolean => next.events.some(({ type }) => type === 'adopted')
    profile.clock.advance(999)
    await settle()
    expect(isHeard()).toBe(false)
    profile.clock.advance(1)
    await settle()
    expect(isHeard()).toBe(true)
    await profile.passUntil(renewed)
  })

  it('are looked at in a pause as well, which their answer ends', async () => {
    const profile = createProfile()
    const courier = createFakeCourier(profile)
    const held = holdNext(profile, courier)
    const { post } = courier
    courier.post = (letter, onWord) => post({ ...letter, timeoutMs: 600_000 }, onWord)
    const first = await profile.openSignedInTab({ courier: courier.option })
    const failure = failureOf(first.auth.refresh())
    await profile.pass(100)
    first.page.emit('hide')
    first.auth.dispose()
    await failure
    // Its own courier is not to be had, so it sends by itself once nobody answers.
    const second = createFakeCourier(profile)
    second.reasons.push('no-worker')
    profile.server.answerNext(() =>
      Response.json({}, { status: 429, headers: { 'retry-after': '600' } }),
    )
    const other = profile.openTab({ courier: second.option })
    await profile.pass(60_000)
    await profile.passUntil(failureOf(other.auth.refresh()))
    const pause = await profile.passUntil(failureOf(other.auth.refresh()))
    expect(named(pause)).toBe('RefreshUnavailableError SERVER_UNAVAILABLE')
    const { requests } = profile.server.counts
    held.release()
    await profile.pass(100)
    await profile.passUntil(other.auth.refresh())
    expect(profile.server.counts.requests).toBe(requests)
  })

  describe('with an answer to the refresh token before the stored one, claimed later', () => {
    /** As a courier has filed it, whose page another tab took for gone. */
    async function withLateAnswer(answer: (profile: Profile) => Response) {
      const profile = createProfile()
      const tab = await profile.openSignedInTab()
      await profile.passUntil(tab.auth.refresh())
      const record = await storedIn(profile)
      const response = answer(profile)
      const filed = {
        id: 'late',
        about: 'default',
        token: record.from?.generation,
        claim: record.revision,
        state: 'answered',
        answer: {
          status: response.status,
          headers: {},
          body: await response.text(),
          receivedAt: profile.clock.now(),
        },
      }
      await overwriteRecord(profile, {
        ...record,
        revision: record.revision + 1,
        letters: [filed],
      })
      return { profile, record, next: profile.openTab() }
    }

    it.each([
      [400, 'invalid_grant'],
      [400, 'tenant_suspended'],
      [401, 'invalid_client'],
      [503, 'temporarily_unavailable'],
    ])(
      'do nothing to the session by a %i %s, which says nothing of the stored one',
      async (status, error) => {
        const { profile, next } = await withLateAnswer(() => Response.json({ error }, { status }))
        await profile.passUntil(next.auth.refresh())
        expect(next.auth.getState()).toMatchObject({
          status: 'signed-in',
          refresh: { phase: 'idle' },
        })
        expect(profile.server.counts).toMatchObject({ grants: 2, replays: 0 })
      },
    )

    it('bring the refresh token that counts, of the same origin as the one in whose place it is', async () => {
      const { profile, record, next } = await withLateAnswer(({ server }) =>
        Response.json({ ...server.signIn(), refresh_token: 'of-the-later-claim' }),
      )
      await profile.passUntil(next.auth.refresh())
      const stored = await storedIn(profile)
      expect(stored.session?.refreshToken).toBe('of-the-later-claim')
      expect(stored.from).toEqual({ generation: record.from?.generation, claim: record.revision })
    })
  })
})
