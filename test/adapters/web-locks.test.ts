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
