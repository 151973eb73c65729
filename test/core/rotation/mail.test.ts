import { describe, expect, it } from 'vitest'
import { createPage } from '../../../src/core/page.ts'
import type { CourierWord, LetterAnswer, PostedLetter } from '../../../src/core/ports.ts'
import type { Letter } from '../../../src/core/record/letter.ts'
import { letterLockName } from '../../../src/core/record/letter.ts'
import { blankRecord, type SessionRecord } from '../../../src/core/record/session-record.ts'
import type { Claim } from '../../../src/core/rotation/claim.ts'
import { createMail } from '../../../src/core/rotation/mail.ts'
import { createManualClock } from '../../../src/testing/manual-clock.ts'
import { createMemoryLocks } from '../../../src/testing/memory-locks.ts'
import { createMemoryPageEvents } from '../../../src/testing/memory-page-events.ts'
import { createDeferred } from '../../support/deferred.ts'
import { noLocks } from '../../support/open-tabs.ts'
import { settle } from '../../support/tabs.ts'

const timeoutMs = 10_000
const grant = {
  url: 'https://as.example/token',
  headers: { accept: 'application/json' },
  body: 'a=b',
}
const accepted: LetterAnswer = { status: 200, headers: {}, body: '{}', receivedAt: 1 }
const cutOff: LetterAnswer = { failure: 'network', receivedAt: 1 }
const mine: Letter = { id: 'mine', about: 'default', claim: 2, token: 1, state: 'posted' }
const opened: Letter = { ...mine, state: 'opened' }
const answered: Letter = { ...mine, state: 'answered', answer: accepted }

/** A page with one letter in the record, over a record and a courier that the test moves by hand. */
function open(parts: { readonly locks?: ReturnType<typeof createMemoryLocks> } = {}) {
  const clock = { ...createManualClock(), isPunctual: true }
  const takenAt = clock.now()
  const lease = { tab: 'me', takenAt, until: takenAt + 15_000, underLock: true, letter: 'mine' }
  let record: SessionRecord = { ...blankRecord, revision: 3, lease, letters: [mine] }
  const listeners = new Set<(record: SessionRecord) => void>()
  const storage = { refuses: false, goesOn: Promise.resolve() }
  const refuseIfTold = (): void => {
    if (storage.refuses) throw new Error('storage refuses')
  }
  /** It is written, and nobody here is told. */
  const file = (changes: Partial<SessionRecord>): void => {
    record = { ...record, ...changes, revision: record.revision + 1 }
  }
  const tell = (): void => {
    for (const listener of listeners) listener(record)
  }
  const keeper = {
    onSeen(listener: (seen: SessionRecord) => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async read() {
      refuseIfTold()
      return record
    },
    async update(change: (current: SessionRecord) => { next?: SessionRecord; result: unknown }) {
      refuseIfTold()
      await storage.goesOn
      const { next, result } = change(record)
      if (next) {
        record = next
        tell()
      }
      return result
    },
  }
  const posted: PostedLetter[] = []
  const reasons: string[] = []
  const listening = new Set<object>()
  let say: (word: CourierWord) => void = () => {}
  const courier = {
    isAvailable: () => true,
    giveUp: (reason: string) => void reasons.push(reason),
    post(letter: PostedLetter, onWord: (word: CourierWord) => void) {
      posted.push(letter)
      say = onWord
      listening.add(letter)
      return () => listening.delete(letter)
    },
  }
  const locks = parts.locks ?? createMemoryLocks()
  let ids = 0
  const mail = createMail({
    courier,
    keeper: keeper as never,
    clock,
    random: { fraction: () => 0, id: () => `letter-${(ids += 1)}` },
    locks,
    page: createPage(createMemoryPageEvents(), clock),
    tokenRequestTimeoutMs: timeoutMs,
  })
  function deliver(maySend: () => boolean = () => true): { readonly delivery: () => unknown } {
    let delivery: unknown = 'none yet'
    const claim = { lease, letter: mine } as unknown as Claim & { readonly letter: Letter }
    void mail.deliver(claim, grant, maySend).then((came) => (delivery = came))
    return { delivery: () => delivery }
  }
  async function pass(ms: number): Promise<void> {
    clock.advance(ms)
    await settle()
  }
  return {
    clock,
    mail,
    courier,
    locks,
    lease,
    storage,
    posted,
    reasons,
    file,
    see(changes: Partial<SessionRecord>): void {
      file(changes)
      tell()
    },
    deliver,
    pass,
    say: (word: CourierWord) => say(word),
    idsIn: () => record.letters?.map(({ id }) => id) ?? [],
    /** Nothing is waited for or listened to any more. */
    isAtRest: () => clock.timers().length === 0 && listeners.size === 0 && listening.size === 0,
    onNews: (listener: () => void) => keeper.onSeen(listener),
  }
}

describe('a letter that is delivered', () => {
  it('is posted with all that its courier needs, and not after too much of the lease is gone', async () => {
    const { deliver, posted, clock, lease } = open()
    const { delivery } = deliver()
    await settle()
    const sealed = { url: grant.url, accept: 'application/json', body: 'a=b' }
    expect(posted).toEqual([{ ...sealed, id: 'mine', notAfter: lease.until - 11_000, timeoutMs }])
    expect(posted[0]?.notAfter).toBe(clock.now() + 4_000)
    expect(delivery()).toBe('none yet')
  })

  it('is not posted where the right to send is gone by then', async () => {
    const { deliver, posted, isAtRest } = open()
    const { delivery } = deliver(() => false)
    await settle()
    expect(delivery()).toBe('withheld')
    expect(posted).toEqual([])
    expect(isAtRest()).toBe(true)
  })

  it.each<[string, LetterAnswer]>([
    ['its courier says', accepted],
    ['its courier says of the network', cutOff],
  ])('comes to what %s, and nothing is listened to any more', async (_, answer) => {
    const { deliver, say, isAtRest } = open()
    const { delivery } = deliver()
    say('opened')
    say(answer)
    await settle()
    expect(delivery()).toEqual(answer)
    expect(isAtRest()).toBe(true)
  })

  it('comes to what is filed, whether that is seen, or read when its courier says so', async () => {
    for (const isToldOf of [false, true]) {
      const { deliver, say, see, file, isAtRest } = open()
      const { delivery } = deliver()
      say('opened')
      const letters = [{ ...answered, id: 'other' }, answered]
      if (!isToldOf) see({ letters })
      file({ letters })
      if (isToldOf) say('filed')
      await settle()
      expect(delivery()).toEqual(accepted)
      expect(isAtRest()).toBe(true)
    }
  })

  it('does not come to the answer to another letter', async () => {
    const { deliver, see } = open()
    const { delivery } = deliver()
    see({ letters: [{ ...answered, id: 'other' }, mine] })
    await settle()
    expect(delivery()).toBe('none yet')
  })

  it.each<[string, Letter]>([
    ['opened', opened],
    ['in a state that only a later version knows', { ...mine, state: 'sealed' as never }],
  ])('is waited for as long as its answer may take once it is seen %s', async (_, letter) => {
    const { deliver, see, pass, idsIn } = open()
    const { delivery } = deliver()
    see({ letters: [letter] })
    await pass(14_999)
    expect(delivery()).toBe('none yet')
    await pass(1)
    expect(delivery()).toBe('timeout')
    expect(idsIn()).toEqual(['mine'])
  })

  it('that was opened is waited for although it is no longer there: it may bring tokens', async () => {
    const { deliver, say, see } = open()
    const { delivery } = deliver()
    say('opened')
    see({ letters: [] })
    await settle()
    expect(delivery()).toBe('none yet')
    say(accepted)
    await settle()
    expect(delivery()).toEqual(accepted)
  })

  it.each([
    ['own', {}, 'undelivered'],
    ['of another tab', { tab: 'other' }, 'withheld'],
    ['taken anew', { takenAt: 1 }, 'withheld'],
  ])(
    'that somebody has taken back is for the page to send only by its lease: %s',
    async (_, changes, came) => {
      const { deliver, see, lease, isAtRest } = open()
      const { delivery } = deliver()
      see({ letters: [], lease: { ...lease, ...changes } })
      await settle()
      expect(delivery()).toBe(came)
      expect(isAtRest()).toBe(true)
    },
  )

  it.each<[string, (of: ReturnType<typeof open>) => unknown]>([
    ['its courier has not sent it', ({ say }) => say('not-sent')],
    ['nobody has opened it for a second', ({ pass }) => pass(1_000)],
  ])('is taken back where %s', async (_, happens) => {
    const parts = open()
    const { delivery } = parts.deliver()
    await happens(parts)
    await settle()
    expect(delivery()).toBe('undelivered')
    expect(parts.idsIn()).toEqual([])
    expect(parts.isAtRest()).toBe(true)
  })

  it('is taken back at once where it cannot be handed over', async () => {
    const parts = open()
    parts.courier.post = () => {
      throw new DOMException('No worker can be made.', 'SecurityError')
    }
    const { delivery } = parts.deliver()
    await settle()
    expect(delivery()).toBe('undelivered')
    expect(parts.idsIn()).toEqual([])
  })

  it('is not taken back once it is open, and is waited for where that is found out only then', async () => {
    const { deliver, say, see, pass, idsIn, storage } = open()
    storage.refuses = true
    const { delivery } = deliver()
    say('not-sent')
    await settle()
    // Whether it was taken back nobody knows.
    expect(delivery()).toBe('none yet')
    storage.refuses = false
    say('not-sent')
    await settle()
    expect(idsIn()).toEqual(['mine'])
    see({ letters: [opened] })
    await pass(15_000)
    expect(delivery()).toBe('timeout')
  })

  it('is not sent by the page where one with the same refresh token was answered meanwhile', async () => {
    const { deliver, say, see, lease } = open()
    const { delivery } = deliver()
    see({ letters: [{ ...answered, id: 'other' }, mine], lease: { ...lease, tab: 'other' } })
    say('not-sent')
    await settle()
    expect(delivery()).toBe('withheld')
  })

  it.each<[string, Letter[], unknown]>([
    ['there is no other', [], 'undelivered'],
    ['another refresh token was answered', [{ ...answered, id: 'other', token: 9 }], 'undelivered'],
    ['the same one was not answered yet', [{ ...opened, id: 'other' }], 'undelivered'],
    ['the same one was answered', [{ ...answered, id: 'other' }], 'none yet'],
  ])(
    'that says it is open while it is being taken back is sent by the page where %s',
    async (_, others, came) => {
      const { deliver, say, file, storage, idsIn } = open()
      const goOn = createDeferred()
      storage.goesOn = goOn.promise
      const { delivery } = deliver()
      say('not-sent')
      say('opened')
      file({ letters: [...others, mine] })
      goOn.resolve()
      await settle()
      expect(delivery()).toBe(came)
      expect(idsIn()).toEqual(others.map(({ id }) => id))
    },
  )

  it('that is found open when it is to be taken back is left, also beside one that nobody has opened', async () => {
    const { deliver, say, file, pass, idsIn } = open()
    const { delivery } = deliver()
    file({ letters: [opened, { ...mine, id: 'other' }] })
    say('not-sent')
    await settle()
    await pass(14_999)
    expect(delivery()).toBe('none yet')
    expect(idsIn()).toEqual(['mine', 'other'])
    await pass(1)
    expect(delivery()).toBe('timeout')
  })

  it('is looked for once more before it is given up', async () => {
    const { deliver, say, file, pass } = open()
    const { delivery } = deliver()
    say('opened')
    file({ letters: [answered] })
    await pass(15_000)
    expect(delivery()).toEqual(accepted)
  })

  it('outlasts storage that cannot be read when its courier says that the answer is there', async () => {
    const { deliver, say, see, storage } = open()
    const { delivery } = deliver()
    say('opened')
    storage.refuses = true
    say('filed')
    await settle()
    expect(delivery()).toBe('none yet')
    see({ letters: [answered] })
    await settle()
    expect(delivery()).toEqual(accepted)
  })
})

describe('a courier', () => {
  const about = { about: 'default', claim: 2, token: 1 } as const

  it('gets letters under fresh names as long as it is to be had', () => {
    const { mail, courier } = open()
    expect(mail.newLetter(about)).toEqual({ ...about, id: 'letter-1', state: 'posted' })
    courier.isAvailable = () => false
    expect(mail.newLetter(about)).toBe(undefined)
  })

  it('whose request found no network is doubted until the page has tried, and given up if that is answered', async () => {
    for (const isAnswered of [true, false]) {
      const { mail, deliver, say, reasons } = open()
      deliver()
      say(cutOff)
      await settle()
      expect(mail.newLetter(about)).toBe(undefined)
      expect(reasons).toEqual([])
      mail.noteOwn(isAnswered)
      expect(reasons).toEqual(isAnswered ? ['csp'] : [])
      expect(mail.newLetter(about)).toBeDefined()
    }
  })

  it.each<LetterAnswer>([accepted, { failure: 'timeout', receivedAt: 1 }])(
    'is not doubted for %j',
    async (answer) => {
      const { mail, deliver, say, reasons } = open()
      deliver()
      say(answer)
      await settle()
      expect(mail.newLetter(about)).toBeDefined()
      mail.noteOwn(true)
      expect(reasons).toEqual([])
    },
  )
})

describe('letters that are waited for', () => {
  /** Waits for news of one letter, whose courier keeps its lock, or does not. */
  async function wait(
    parts: ReturnType<typeof open>,
    how: {
      readonly holds?: boolean
      readonly letters?: readonly Letter[]
      readonly hasLease?: boolean
    } = {},
  ) {
    const { holds = true, letters = [opened], hasLease = true } = how
    const lease = hasLease ? parts.lease : undefined
    const held = holds ? letters.map(({ id }) => parts.locks.request(letterLockName(id))) : []
    await Promise.all(held.map(({ granted }) => granted))
    let isOver = false
    void parts.mail.untilNews(letters, lease, parts.onNews).then(() => (isOver = true))
    await settle()
    return { isOver: () => isOver, held }
  }

  it('are known to be waited for until there is news of any of them', async () => {
    const parts = open()
    const { isOver } = await wait(parts)
    expect(parts.mail.isAwaited('mine')).toBe(true)
    expect(parts.mail.isAwaited('other')).toBe(false)
    await parts.pass(500)
    expect(isOver()).toBe(false)
    parts.see({ letters: [answered] })
    await settle()
    expect(isOver()).toBe(true)
    expect(parts.mail.isAwaited('mine')).toBe(false)
    expect(parts.mail.isOrphaned('mine')).toBe(false)
    expect(parts.isAtRest()).toBe(true)
  })

  it('are orphaned, those alone whose courier lets its lock go', async () => {
    const parts = open()
    const { isOver, held } = await wait(parts, { letters: [opened, { ...opened, id: 'other' }] })
    held[1]?.release()
    await settle()
    expect(isOver()).toBe(true)
    expect(parts.mail.isOrphaned('other')).toBe(true)
    expect(parts.mail.isOrphaned('mine')).toBe(false)
    // The page has let go of the lock, too.
    await expect(parts.locks.request(letterLockName('other')).granted).resolves.toBe(true)
    expect(parts.isAtRest()).toBe(true)
  })

  it('are orphaned a lease and five seconds after this tab has known of them, though the lock is held', async () => {
    const parts = open()
    const first = await wait(parts)
    await parts.pass(12_000)
    parts.see({})
    await settle()
    expect(first.isOver()).toBe(true)
    const { isOver } = await wait(parts, { holds: false })
    await settle()
    await parts.pass(7_999)
    expect(isOver()).toBe(false)
    await parts.pass(1)
    expect(isOver()).toBe(true)
    expect(parts.mail.isOrphaned('mine')).toBe(true)
  })

  it('have been open since their courier has said so, by whichever clock', async () => {
    const parts = open()
    await parts.pass(600_000)
    parts.deliver()
    parts.say('opened')
    await parts.pass(6_000)
    const { isOver } = await wait(parts)
    await parts.pass(13_999)
    expect(isOver()).toBe(false)
    await parts.pass(1)
    expect(isOver()).toBe(true)
    expect(parts.mail.isOrphaned('mine')).toBe(true)
  })

  it('without locks are looked for every second, and orphaned once the lease is over', async () => {
    const parts = open({ locks: noLocks })
    const one = await wait(parts, { holds: false })
    await parts.pass(999)
    expect(one.isOver()).toBe(false)
    await parts.pass(1)
    expect(one.isOver()).toBe(true)
    expect(parts.mail.isOrphaned('mine')).toBe(false)
    await parts.pass(13_500)
    const two = await wait(parts, { holds: false })
    await parts.pass(499)
    expect(two.isOver()).toBe(false)
    await parts.pass(1)
    expect(two.isOver()).toBe(true)
    expect(parts.mail.isOrphaned('mine')).toBe(false)
    const three = await wait(parts, { holds: false })
    await settle()
    expect(three.isOver()).toBe(true)
    expect(parts.mail.isOrphaned('mine')).toBe(true)
  })

  it('without locks and without a lease are waited for as long as one would last', async () => {
    const parts = open({ locks: noLocks })
    for (let second = 0; second < 15; second += 1) {
      const { isOver } = await wait(parts, { holds: false, hasLease: false })
      await parts.pass(999)
      expect(isOver()).toBe(false)
      await parts.pass(1)
      expect(isOver()).toBe(true)
      expect(parts.mail.isOrphaned('mine')).toBe(false)
    }
    const { isOver } = await wait(parts, { holds: false, hasLease: false })
    await settle()
    expect(isOver()).toBe(true)
    expect(parts.mail.isOrphaned('mine')).toBe(true)
  })
})
