import { afterEach, describe, expect, it, vi } from 'vitest'
import { openBroadcastChannel } from '../../src/adapters/broadcast-channel.ts'
import { testChannel } from '../contracts/channel.contract.ts'

testChannel('openBroadcastChannel', () => openBroadcastChannel)

describe('openBroadcastChannel', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it('opens nothing where there are no channels', () => {
    vi.stubGlobal('BroadcastChannel', undefined)
    expect(openBroadcastChannel('a', () => {})).toBeUndefined()
  })

  it('opens nothing where the browser denies it', () => {
    vi.stubGlobal('BroadcastChannel', function BroadcastChannel() {
      throw new DOMException('Denied', 'SecurityError')
    })
    expect(openBroadcastChannel('a', () => {})).toBeUndefined()
  })

  it('ignores a message that cannot be read', () => {
    const opened: EventTarget[] = []
    vi.stubGlobal(
      'BroadcastChannel',
      class extends EventTarget {
        constructor() {
          super()
          opened.push(this)
        }
      },
    )
    const received: unknown[] = []
    openBroadcastChannel('a', (message) => received.push(message))
    opened[0]?.dispatchEvent(new MessageEvent('messageerror', { data: 'broken' }))
    opened[0]?.dispatchEvent(new MessageEvent('message', { data: 'whole' }))
    expect(received).toEqual(['whole'])
  })
})
