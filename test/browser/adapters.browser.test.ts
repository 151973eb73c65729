import { afterEach, describe, expect, it, vi } from 'vitest'
import { openBroadcastChannel } from '../../src/adapters/broadcast-channel.ts'
import { createIndexedDbTokenStore } from '../../src/adapters/indexeddb-token-store.ts'
import { createNavigation } from '../../src/adapters/navigation.ts'
import { createPageEvents } from '../../src/adapters/page-events.ts'
import { createSystemClock } from '../../src/adapters/system-clock.ts'
import { createTabStorage } from '../../src/adapters/tab-storage.ts'
import { createWebLocks } from '../../src/adapters/web-locks.ts'
import { testChannel } from '../contracts/channel.contract.ts'
import { testChannelSequences } from '../contracts/channel.model.ts'
import { testClock } from '../contracts/clock.contract.ts'
import { testIndexedDb } from '../contracts/indexeddb.contract.ts'
import { testIndexedDbFaults, type FaultyIndexedDb } from '../contracts/indexeddb.model.ts'
import { testLockManager } from '../contracts/lock-manager.contract.ts'
import { testNavigation } from '../contracts/navigation.contract.ts'
import { emitDomEvent, testPageEvents } from '../contracts/page-events.contract.ts'
import { testTabStorage } from '../contracts/tab-storage.contract.ts'
import { testTokenStore } from '../contracts/token-store.contract.ts'
import { testTokenStoreSequences } from '../contracts/token-store.model.ts'
import { patience } from '../support/patience.ts'

const isWebKit = /AppleWebKit(?!.*Chrome)/.test(navigator.userAgent)

const makeOrigin = () => {
  const databaseName = crypto.randomUUID()
  return () => createIndexedDbTokenStore({ databaseName })
}
const faulty: FaultyIndexedDb = {
  forceClose(connection) {
    connection.close()
    connection.dispatchEvent(new Event('close'))
  },
  deletionWaits: true,
  // WebKitGTK 2.50 says nothing more of a transaction that the page has aborted, neither `abort` nor an
  // error of its requests, if the connection is closed before it has done so.
  reportsAborts: !isWebKit,
}
testTokenStore('createIndexedDbTokenStore', makeOrigin)
testTokenStoreSequences('createIndexedDbTokenStore', makeOrigin)
testIndexedDb(faulty)
testIndexedDbFaults(faulty)
testLockManager('createWebLocks', createWebLocks)
testChannel('openBroadcastChannel', () => openBroadcastChannel)
testChannelSequences('openBroadcastChannel', () => openBroadcastChannel)
testPageEvents('createPageEvents', () => ({ pageEvents: createPageEvents(), emit: emitDomEvent }))
testNavigation('createNavigation', createNavigation)
testTabStorage('createTabStorage', () => {
  sessionStorage.clear()
  return createTabStorage()
})
testClock('createSystemClock', () => ({ clock: createSystemClock(), pass: () => {} }))

describe('createWebLocks', () => {
  it('notices a lock that was taken away', async () => {
    const name = crypto.randomUUID()
    const handle = createWebLocks().request(name)
    await handle.granted
    await navigator.locks.request(name, { steal: true }, async () => {})
    await vi.waitFor(() => expect(handle.isHeld()).toBe(false), patience)
  })

  it('leaves nothing behind when a queued request is withdrawn', async () => {
    const name = crypto.randomUUID()
    const locks = createWebLocks()
    const holder = locks.request(name)
    await holder.granted
    const queued = locks.request(name)
    const pending = async () =>
      (await navigator.locks.query()).pending?.filter((request) => request.name === name)
    await vi.waitFor(async () => expect(await pending()).toHaveLength(1), patience)
    queued.release()
    expect(await queued.granted).toBe(false)
    expect(await pending()).toEqual([])
    holder.release()
  })

  it('says that there is no lock where the browser refuses the name', async () => {
    expect(await createWebLocks().request('-reserved').granted).toBe(false)
  })

  it('excludes another document of the origin, and wakes when that document goes', async () => {
    const name = crypto.randomUUID()
    const frame = document.body.appendChild(document.createElement('iframe'))
    const other = frame.contentWindow?.navigator.locks
    await new Promise<void>((granted) => {
      void other?.request(name, () => {
        granted()
        return new Promise(() => {})
      })
    })
    const handle = createWebLocks().request(name)
    const bystander = createWebLocks().request(crypto.randomUUID())
    await bystander.granted
    expect(handle.isHeld()).toBe(false)
    frame.remove()
    expect(await handle.granted).toBe(true)
    handle.release()
    bystander.release()
  })
})

describe('createNavigation', () => {
  const before = location.href

  afterEach(() => {
    history.replaceState(null, '', before)
  })

  it('keeps the state that the router of the app has put into the history', () => {
    history.replaceState({ scroll: 10 }, '', before)
    createNavigation().replaceUrl('?cleaned')
    expect(history.state).toEqual({ scroll: 10 })
  })

  it('leaves for another address', async () => {
    createNavigation().leaveFor('#elsewhere')
    await vi.waitFor(() => expect(location.hash).toBe('#elsewhere'), patience)
  })
})
