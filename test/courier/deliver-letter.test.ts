import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createIndexedDbTokenStore } from '../../src/adapters/indexeddb-token-store.ts'
import type { CourierWord, LockManager } from '../../src/core/ports.ts'
import { deliverLetter, type WorkerParts } from '../../src/courier/deliver-letter.ts'
import type { LetterMessage } from '../../src/courier/letter-message.ts'
import { createStoredRecord } from '../../src/courier/stored-record.ts'
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts'
import { createMemoryLocks } from '../../src/testing/memory-locks.ts'
import { promiseTurns } from '../contracts/promise-turns.ts'
import { withIndexedDb } from '../support/indexeddb.ts'
import { letterMessage } from './letter-message.ts'

const lockName = 'tokenring letter letter 1'
const reply = { access_token: 'at-2', token_type: 'Bearer', refresh_token: 'rt-2' }

interface StoredLetters {
  readonly revision: number
  readonly letters?: readonly { readonly id: string; readonly state: string; answer?: unknown }[]
  readonly session?: unknown
}

withIndexedDb()

let clock: ManualClock
let locks: LockManager
let database: string
let words: CourierWord[]
/** Everything that happens, in order. */
let happened: string[]
let sent: [string, RequestInit][]
let respond: (signal: AbortSignal) => Promise<Response>

const letter = (members: Partial<LetterMessage> = {}): LetterMessage =>
  letterMessage({ database, notAfter: clock.now() + 4_000, ...members })

const record = {
  schema: 1,
  revision: 3,
  session: { refreshToken: 'rt-1' },
  letters: [{ id: 'letter 1', claim: 3, about: '', token: 1, state: 'posted' }],
}

function parts(others: Partial<WorkerParts> = {}): WorkerParts {
  return {
    clock,
    locks,
    record: createStoredRecord(clock),
    openChannel: (name) => ({
      post: (message) => void happened.push(`${name}: ${JSON.stringify(message)}`),
      close: () => {},
    }),
    fetch: (url, init = {}) => {
      sent.push([url as string, init])
      return respond(init.signal as AbortSignal)
    },
    ...others,
  }
}

function deliver(message = letter(), others: Partial<WorkerParts> = {}): Promise<void> {
  return deliverLetter(message, parts(others), (word) => {
    words.push(word)
    happened.push(typeof word === 'string' ? word : 'answer')
  })
}

const store = () => createIndexedDbTokenStore({ databaseName: database, clock })
const put = (value: unknown): Promise<void> =>
  store().update('session x', () => ({ put: value, result: undefined }))
const stored = async (): Promise<StoredLetters> =>
  (await store().read('session x')) as StoredLetters
const remove = (): Promise<void> => put({ ...record, revision: 9, letters: undefined })

let count = 0
beforeEach(async () => {
  clock = createManualClock()
  locks = createMemoryLocks()
  database = `tokenring ${(count += 1)}`
  words = []
  happened = []
  sent = []
  respond = () => Promise.resolve(Response.json(reply, { headers: { 'dpop-nonce': 'n' } }))
  await put(record)
})
afterEach(() => vi.restoreAllMocks())

describe('a courier that is handed a letter', () => {
  it('opens it, sends it, files the raw answer, and says so', async () => {
    await deliver()
    expect(words).toEqual(['opened', 'filed'])
    expect(await stored()).toEqual({
      ...record,
      revision: 5,
      letters: [
        {
          ...record.letters[0],
          state: 'answered',
          answer: {
            status: 200,
            headers: { 'content-type': 'application/json', 'dpop-nonce': 'n' },
            body: JSON.stringify(reply),
            receivedAt: clock.now(),
          },
        },
      ],
    })
  })

  it('sends it as a page would, without cookies, and follows no redirect', async () => {
    await deliver(letter({ dpop: 'proof' }))
    expect(sent).toEqual([
      [
        'https://login.example.com/token',
        {
          method: 'POST',
          headers: {
            accept: 'application/json',
            'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
            dpop: 'proof',
          },
          body: letter().body,
          cache: 'no-store',
          credentials: 'omit',
          redirect: 'error',
          referrerPolicy: 'no-referrer',
          signal: expect.any(AbortSignal) as AbortSignal,
        },
      ],
    ])
  })

  it('reads the clock as its page does, which may have one of its own', async () => {
    for (const aheadMs of [3_600_000, -3_600_000]) {
      await put(record)
      const notAfter = clock.now() + aheadMs + 4_000
      await deliver(letter({ notAfter, aheadMs }))
      const [filed] = (await stored()).letters ?? []
      expect(filed).toMatchObject({ answer: { receivedAt: clock.now() + aheadMs } })
    }
    const notAfter = clock.now() + 3_600_000 + 4_000
    const late = letter({ notAfter, aheadMs: 3_600_000 })
    await put(record)
    clock.advance(4_001)
    words = []
    await deliver(late)
    expect(words).toEqual(['not-sent'])
  })

  it('sends no proof where there is none', async () => {
    await deliver()
    expect(sent[0]?.[1].headers).not.toHaveProperty('dpop')
  })

  it('has it open in storage, and its lock held, before it sends', async () => {
    respond = async () => {
      happened.push(`sent while ${(await stored()).letters?.[0]?.state}`)
      const handle = locks.request(lockName)
      await Promise.resolve()
      happened.push(handle.isHeld() ? 'free' : 'locked')
      handle.release()
      return Response.json(reply)
    }
    await deliver()
    expect(happened.slice(0, 3)).toEqual(['opened', 'sent while opened', 'locked'])
  })

  it('waits for the lock of a letter before it opens it', async () => {
    const holder = locks.request(lockName)
    const real = createStoredRecord(clock)
    const change = vi.fn<typeof real.change>(real.change)
    const done = deliver(letter(), { record: { change } })
    await promiseTurns(20)
    expect(change).not.toHaveBeenCalled()
    holder.release()
    await done
    expect(words).toEqual(['opened', 'filed'])
  })

  it('lets the lock go once the answer is filed, and only then says that mail has come, by its id', async () => {
    const isFree = vi.fn<(state: string | undefined) => void>()
    const handles: Promise<void>[] = []
    respond = () => {
      const handle = locks.request(lockName)
      const look = async (): Promise<void> => {
        await handle.granted
        happened.push('free')
        handle.release()
        isFree((await stored()).letters?.[0]?.state)
      }
      handles.push(look())
      return Promise.resolve(Response.json(reply))
    }
    await deliver()
    await Promise.all(handles)
    expect(isFree).toHaveBeenCalledWith('answered')
    expect(happened.filter((what) => what !== 'free')).toEqual([
      'opened',
      'tokenring x: {"v":1,"letter":"letter 1"}',
      'filed',
    ])
  })

  it.each([400, 429, 503])('files an answer of status %s like any other', async (status) => {
    respond = () =>
      Promise.resolve(
        new Response('slow down', {
          status,
          headers: {
            'retry-after': '7',
            'www-authenticate': 'DPoP',
            'set-cookie': 'a=b',
            etag: 'x',
          },
        }),
      )
    await deliver()
    expect((await stored()).letters?.[0]?.answer).toMatchObject({
      status,
      headers: {
        'content-type': 'text/plain;charset=UTF-8',
        'retry-after': '7',
        'www-authenticate': 'DPoP',
      },
      body: 'slow down',
    })
  })

  it('files that the network failed, also in the middle of the body', async () => {
    respond = () => Promise.reject(new TypeError('Failed to fetch'))
    await deliver()
    const failure = { failure: 'network', receivedAt: clock.now() }
    expect((await stored()).letters?.[0]).toMatchObject({ state: 'answered', answer: failure })

    await put(record)
    const broken = new ReadableStream({ start: (body) => body.error(new TypeError('cut')) })
    respond = () => Promise.resolve(new Response(broken))
    await deliver()
    expect((await stored()).letters?.[0]).toMatchObject({ state: 'answered', answer: failure })
  })

  it('files an answer of a million characters', async () => {
    const body = 'x'.repeat(1_000_000)
    respond = () => Promise.resolve(new Response(body))
    await deliver()
    expect((await stored()).letters?.[0]?.answer).toMatchObject({ status: 200, body })
  })

  it('files no answer that fills the disk', async () => {
    respond = () => Promise.resolve(new Response('x'.repeat(1_000_001)))
    await deliver()
    expect((await stored()).letters?.[0]?.answer).toMatchObject({ failure: 'network' })
  })

  it.each([
    ['no answer', () => new Promise<Response>(() => {})],
    [
      'no end of the body',
      () =>
        Promise.resolve(new Response(new ReadableStream({ pull: () => new Promise(() => {}) }))),
    ],
  ])('files a time-out, counted from opening, when there is %s', async (_, answer) => {
    let signal: AbortSignal | undefined
    respond = (given) => {
      signal = given
      return answer()
    }
    const done = deliver()
    await vi.waitFor(() => expect(sent).toHaveLength(1))
    for (let passed = 0; passed < 9_999; passed += 99) clock.advance(99)
    expect(signal?.aborted).toBe(false)
    for (let passed = 0; passed < 1_000; passed += 100) clock.advance(100)
    await done
    expect(signal?.aborted).toBe(true)
    expect((await stored()).letters?.[0]?.answer).toMatchObject({ failure: 'timeout' })
  })
})

describe('a courier does not send, and says so,', () => {
  const notSent = async (message = letter(), others: Partial<WorkerParts> = {}): Promise<void> => {
    await deliver(message, others)
    expect(sent).toEqual([])
    expect(happened).toEqual(['not-sent'])
    const lock = locks.request(lockName)
    expect(await lock.granted).toBe(true)
    lock.release()
  }

  it('a letter that was taken back', async () => {
    await remove()
    await notSent()
    expect((await stored()).revision).toBe(9)
  })

  it('a letter that another courier has opened', async () => {
    await Promise.all([deliver(), deliver()])
    expect(sent).toHaveLength(1)
    expect(new Set(words)).toEqual(new Set(['opened', 'filed', 'not-sent']))
    expect((await stored()).revision).toBe(5)
  })

  it('a letter that comes too late', async () => {
    const message = letter()
    clock.advance(4_001)
    await notSent(message)
    expect(await stored()).toEqual(record)
  })

  it('a letter that has become too late while it waited for its lock', async () => {
    const holder = locks.request(lockName)
    const done = deliver()
    clock.advance(4_001)
    holder.release()
    await done
    expect(happened).toEqual(['not-sent'])
    expect(sent).toEqual([])
  })

  it('a letter to a record that is gone, and makes neither the record nor its database anew', async () => {
    await notSent(letter({ key: 'another' }))
    expect(await store().read('another')).toBeUndefined()
    await notSentIn('never there')
    expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain('never there')
  })

  async function notSentIn(name: string): Promise<void> {
    happened = []
    await notSent(letter({ database: name }))
  }

  it('a letter to a database without its object store, and leaves it without', async () => {
    await notSent(letter({ objectStore: 'others' }))
    const opening = indexedDB.open(database)
    const names = await new Promise((resolve) => {
      opening.addEventListener('success', () => resolve([...opening.result.objectStoreNames]))
    })
    opening.result.close()
    expect(names).toEqual(['records'])
  })

  it('a letter when storage refuses', async () => {
    const refuse = (): never => {
      throw new DOMException('Refused', 'SecurityError')
    }
    vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(refuse)
    await notSent()
  })

  it('a letter when storage takes its transaction back, at once', async () => {
    const { put: write } = IDBObjectStore.prototype
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      ...given: Parameters<IDBObjectStore['put']>
    ) {
      const request = write.apply(this, given)
      this.transaction.abort()
      return request
    })
    await notSent()
  })

  it('a letter when storage says nothing', async () => {
    vi.spyOn(IDBFactory.prototype, 'open').mockReturnValue({
      addEventListener() {},
    } as unknown as IDBOpenDBRequest)
    const done = deliver()
    await new Promise((resolve) => setTimeout(resolve))
    for (let passed = 0; passed < 2_100; passed += 100) clock.advance(100)
    await done
    expect(happened).toEqual(['not-sent'])
  })
})

describe('an answer', () => {
  it('to a letter that is gone by then is not written', async () => {
    respond = async () => {
      await remove()
      return Response.json(reply)
    }
    await deliver()
    expect(await stored()).toMatchObject({ revision: 9, letters: undefined })
    expect(JSON.stringify(await stored())).not.toContain('rt-2')
    // The page that has asked for it may have to revoke it.
    expect(words.at(-1)).toMatchObject({ status: 200 })
  })

  it('to a database that is gone by then does not make it anew', async () => {
    respond = async () => {
      await new Promise((resolve) => {
        indexedDB.deleteDatabase(database).addEventListener('success', resolve)
      })
      return Response.json(reply)
    }
    await deliver()
    expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain(database)
    expect(happened.join()).not.toContain('rt-2')
  })

  it('goes to the page when storage refuses it, and is offered again, with the lock held', async () => {
    const real = createStoredRecord(clock)
    let refusals = 2
    const isRefused = (): boolean => (refusals -= 1) >= 0
    const refusing = {
      change: vi.fn<typeof real.change>((place, durability, change) =>
        durability === 'strict' && isRefused()
          ? Promise.reject(new Error('Full'))
          : real.change(place, durability, change),
      ),
    }
    const done = deliver(letter(), { record: refusing })
    await vi.waitFor(() => expect(happened).toEqual(['opened', 'answer']))
    expect(words[1]).toMatchObject({ status: 200, body: JSON.stringify(reply) })
    const waiting = locks.request(lockName)
    await Promise.resolve()
    expect(waiting.isHeld()).toBe(false)
    await vi.waitFor(() => {
      clock.advance(1_000)
      expect(happened.at(-1)).toBe('filed')
    })
    await done
    expect((await stored()).letters?.[0]?.state).toBe('answered')
    expect(await waiting.granted).toBe(true)
  })

  it('that storage refuses for good is said once, and its lock is let go without a word of mail', async () => {
    const real = createStoredRecord(clock)
    const refusing: typeof real = {
      change: (place, durability, change) =>
        durability === 'strict'
          ? Promise.reject(new Error('Full'))
          : real.change(place, durability, change),
    }
    let isDone = false
    const done = deliver(letter(), { record: refusing }).finally(() => (isDone = true))
    await vi.waitFor(() => {
      clock.advance(1_000)
      expect(isDone).toBe(true)
    })
    await done
    expect(happened).toEqual(['opened', 'answer'])
    expect(await locks.request(lockName).granted).toBe(true)
  })

  it('is written once, to the disk, in the same transaction as it is read', async () => {
    const transactions = vi.spyOn(IDBDatabase.prototype, 'transaction')
    await deliver()
    const ofCourier = transactions.mock.calls.filter(([, mode]) => mode === 'readwrite')
    expect(ofCourier).toEqual([
      ['records', 'readwrite', { durability: 'default' }],
      ['records', 'readwrite', { durability: 'strict' }],
    ])
    expect(transactions.mock.calls).toHaveLength(2)
  })

  it('leaves no connection open', async () => {
    await deliver()
    const closed = new Promise((resolve) => {
      indexedDB.deleteDatabase(database).addEventListener('success', () => resolve('at once'))
    })
    expect(await closed).toBe('at once')
  })

  it('comes without Web Locks, too', async () => {
    const none: LockManager = {
      request: () => ({ granted: Promise.resolve(false), isHeld: () => false, release() {} }),
    }
    await deliver(letter(), { locks: none })
    expect(words).toEqual(['opened', 'filed'])
  })
})
