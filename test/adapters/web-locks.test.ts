import { afterEach, describe, expect, it, vi } from 'vitest'
import { createWebLocks } from '../../src/adapters/web-locks.ts'

describe('createWebLocks where there are no locks', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  const denied = new DOMException('Denied', 'SecurityError')
  const refusals = {
    'no navigator': undefined,
    'an insecure context': {},
    'an opaque origin': { locks: { request: () => Promise.reject(denied) } },
    'a request that throws': {
      locks: {
        request: () => {
          throw denied
        },
      },
    },
    'a denied getter': {
      get locks(): never {
        throw denied
      },
    },
  }

  it.each(Object.entries(refusals))('says so under %s', async (_, navigator) => {
    vi.stubGlobal('navigator', navigator)
    const handle = createWebLocks().request('a')
    expect(await handle.granted).toBe(false)
    expect(handle.isHeld()).toBe(false)
    handle.release()
  })

  it('looks for locks at the time of the request', async () => {
    vi.stubGlobal('navigator', undefined)
    const locks = createWebLocks()
    const request = async (_name: string, _options: LockOptions, hold: () => Promise<void>) =>
      hold()
    vi.stubGlobal('navigator', { locks: { request } })
    const handle = locks.request('a')
    expect(await handle.granted).toBe(true)
    handle.release()
  })

  it('gives the lock back at once when it is granted in spite of the withdrawal', async () => {
    let grant: () => void = () => {}
    let ended = false
    const request = async (_name: string, _options: LockOptions, hold: () => Promise<void>) => {
      await new Promise<void>((resolve) => {
        grant = resolve
      })
      await hold()
      ended = true
    }
    vi.stubGlobal('navigator', { locks: { request } })
    const handle = createWebLocks().request('a')
    handle.release()
    grant()
    expect(await handle.granted).toBe(false)
    expect(handle.isHeld()).toBe(false)
    expect(ended).toBe(true)
  })
})

/** Locks as a browser has them, for one name; notes what every request asks for. */
function stubLocks(): { readonly asked: readonly LockOptions[] } {
  const asked: LockOptions[] = []
  let last: Promise<unknown> = Promise.resolve()
  const request = (_name: string, options: LockOptions, hold: () => Promise<void>) => {
    asked.push(options)
    const before = last
    const withdrawn = new Promise<never>((_, reject) => {
      options.signal?.addEventListener('abort', () => reject(options.signal?.reason))
    })
    const held = Promise.race([before, withdrawn]).then(hold)
    // Whoever is withdrawn leaves those behind it waiting for those before it.
    last = Promise.allSettled([before, held])
    return held
  }
  vi.stubGlobal('navigator', { locks: { request } })
  return { asked }
}

describe('createWebLocks', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it('asks for a lock of its own each time and never takes one from its holder', async () => {
    const { asked } = stubLocks()
    const locks = createWebLocks()
    const [holder, withdrawn, waiting] = [
      locks.request('a'),
      locks.request('a'),
      locks.request('a'),
    ]
    expectPatience(asked, 3)
    expect(await holder.granted).toBe(true)
    withdrawn.release()
    expect(await withdrawn.granted).toBe(false)
    holder.release()
    expect(await waiting.granted).toBe(true)
    const late = createWebLocks().request('a')
    waiting.release()
    expect(await late.granted).toBe(true)
    late.release()
    expectPatience(asked, 4)
  })
})

/** Every request is for an exclusive lock, waits for its turn, and can be withdrawn. */
function expectPatience(asked: readonly LockOptions[], count: number): void {
  expect(asked).toHaveLength(count)
  for (const { steal = false, ifAvailable = false, mode = 'exclusive', signal } of asked) {
    expect({ steal, ifAvailable, mode }).toEqual({
      steal: false,
      ifAvailable: false,
      mode: 'exclusive',
    })
    expect(signal).toBeInstanceOf(AbortSignal)
  }
}
