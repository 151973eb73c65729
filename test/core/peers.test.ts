import { describe, expect, it } from 'vitest'
import type { TokenManagerEvent } from '../../src/core/events.ts'
import { createPage } from '../../src/core/page.ts'
import { createPeers, type Peers } from '../../src/core/peers.ts'
import type { OpenChannel } from '../../src/core/ports.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { createMemoryChannel } from '../../src/testing/memory-channel.ts'
import {
  createMemoryPageEvents,
  type MemoryPageEvents,
} from '../../src/testing/memory-page-events.ts'
import { settle } from '../support/tabs.ts'

interface Tab {
  readonly peers: Peers
  readonly events: MemoryPageEvents
  readonly reports: unknown[]
  /** How often it was told that the record has changed. */
  readonly told: () => number
}

function open(openChannel: OpenChannel, isPrerendering = false): Tab {
  const events = createMemoryPageEvents()
  events.setPrerendering(isPrerendering)
  const reports: unknown[] = []
  let told = 0
  const peers = createPeers({
    openChannel,
    name: 'tokenring',
    page: createPage(events, createManualClock()),
    report: (event: Partial<TokenManagerEvent>) => reports.push(event),
    onAnnouncement: () => {
      told += 1
    },
  })
  return { peers, events, reports, told: () => told }
}

const announced = { type: 'announced', generation: 2 }
const announce = ({ peers }: Tab): void => peers.announce(2)

describe('an announcement', () => {
  it('is posted with nothing of what changed in it, and is reported', () => {
    const posted: unknown[] = []
    const tab = open(() => ({ post: (message) => posted.push(message), close() {} }))
    announce(tab)
    expect(posted).toEqual([{ v: 1 }])
    expect(tab.reports).toEqual([announced])
  })

  it('reaches the other tabs, and not the one that makes it', async () => {
    const openChannel = createMemoryChannel()
    const [tab, peer] = [open(openChannel), open(openChannel)]
    announce(tab)
    await settle()
    expect([tab.told(), peer.told()]).toEqual([0, 1])
  })

  it.each([[undefined], [null], ['text'], [{}], [{ v: 2, epoch: 1, generation: 2 }]])(
    'is not what another script says: %j',
    async (message) => {
      const openChannel = createMemoryChannel()
      const tab = open(openChannel)
      openChannel('tokenring', () => {})?.post(message)
      await settle()
      expect(tab.told()).toBe(0)
    },
  )

  it('of a page without a channel is reported as missing, once', () => {
    const tabs = [
      open(() => undefined),
      open(() => {
        throw new Error('no channels here')
      }),
    ]
    for (const tab of tabs) {
      announce(tab)
      announce(tab)
      expect(tab.reports).toEqual([{ type: 'degraded', missing: 'channel' }])
    }
  })
})

describe('a page that is put away', () => {
  it('hears nothing, says nothing, and does not miss the channel', async () => {
    const openChannel = createMemoryChannel()
    const [tab, peer] = [open(openChannel), open(openChannel)]
    peer.events.emit('hide')
    announce(tab)
    announce(peer)
    await settle()
    expect([tab.told(), peer.told(), peer.reports]).toEqual([0, 0, []])
  })

  it('hears and is heard again when it is back', async () => {
    const openChannel = createMemoryChannel()
    const [tab, peer] = [open(openChannel), open(openChannel)]
    peer.events.emit('hide')
    peer.events.emit('restore')
    announce(tab)
    announce(peer)
    await settle()
    expect([tab.told(), peer.told()]).toEqual([1, 1])
  })

  it('because it is prerendered opens a channel only when it is shown', async () => {
    const openChannel = createMemoryChannel()
    const [tab, peer] = [open(openChannel), open(openChannel, true)]
    announce(tab)
    await settle()
    expect(peer.told()).toBe(0)
    peer.events.emit('restore')
    announce(tab)
    await settle()
    expect(peer.told()).toBe(1)
  })

  it('has one channel, though it is restored without having been put away', () => {
    let opened = 0
    const { events } = open(() => {
      opened += 1
      return { post() {}, close() {} }
    })
    events.emit('restore')
    expect(opened).toBe(1)
  })
})

describe('dispose()', () => {
  it('closes the channel, and no return of the page opens another', () => {
    const calls: string[] = []
    const { peers, events } = open(() => {
      calls.push('opened')
      return { post() {}, close: () => calls.push('closed') }
    })
    peers.dispose()
    events.emit('hide')
    events.emit('restore')
    expect(calls).toEqual(['opened', 'closed'])
  })
})
