import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OpenChannel, PeerChannel } from '../../src/core/ports.ts'
import { patience } from '../support/patience.ts'

/** What every channel owes where there are channels. */
export function testChannel(name: string, makeOpen: () => OpenChannel): void {
  describe(`${name} as a channel`, () => {
    let openTab: (onName?: string) => PeerChannel & { readonly received: unknown[] }
    let close: () => void

    beforeEach(() => {
      const open = makeOpen()
      const channelName = crypto.randomUUID()
      const opened: PeerChannel[] = []
      openTab = (onName = channelName) => {
        const received: unknown[] = []
        const channel = open(onName, (message) => received.push(message))
        if (!channel) throw new Error('There is no channel here')
        opened.push(channel)
        return { ...channel, received }
      }
      close = () => opened.forEach((channel) => channel.close())
    })

    afterEach(() => close())

    it('delivers to every other tab and not to the sender', async () => {
      const [sender, second, third] = [openTab(), openTab(), openTab()]
      sender.post({ generation: 1 })
      second.post('sentinel')
      await vi.waitFor(() => expect(sender.received).toEqual(['sentinel']), patience)
      await vi.waitFor(() => expect(second.received).toEqual([{ generation: 1 }]), patience)
      await vi.waitFor(() => expect(third.received).toHaveLength(2), patience)
    })

    it('does not deliver within the turn of the sender', async () => {
      const [sender, receiver] = [openTab(), openTab()]
      sender.post(1)
      expect(receiver.received).toEqual([])
      await vi.waitFor(() => expect(receiver.received).toEqual([1]), patience)
    })

    it('keeps names apart', async () => {
      const [sender, receiver, stranger] = [openTab(), openTab(), openTab(crypto.randomUUID())]
      stranger.post('foreign')
      sender.post('own')
      await vi.waitFor(() => expect(receiver.received).toEqual(['own']), patience)
      expect(stranger.received).toEqual([])
    })

    it('delivers the message as it was when it was posted', async () => {
      const [sender, receiver] = [openTab(), openTab()]
      const message = { generation: 1 }
      sender.post(message)
      message.generation = 2
      await vi.waitFor(() => expect(receiver.received).toEqual([{ generation: 1 }]), patience)
    })

    it('drops a message that cannot be cloned', async () => {
      const [sender, receiver] = [openTab(), openTab()]
      sender.post(() => {})
      sender.post('sentinel')
      await vi.waitFor(() => expect(receiver.received).toEqual(['sentinel']), patience)
    })

    it('does not deliver what is still under way when the receiver closes', async () => {
      const [sender, closing, receiver] = [openTab(), openTab(), openTab()]
      sender.post('sentinel')
      closing.close()
      await vi.waitFor(() => expect(receiver.received).toEqual(['sentinel']), patience)
      expect(closing.received).toEqual([])
    })

    it('neither sends nor receives once closed', async () => {
      const [closed, sender, receiver] = [openTab(), openTab(), openTab()]
      closed.close()
      closed.post('late')
      sender.post('sentinel')
      await vi.waitFor(() => expect(receiver.received).toEqual(['sentinel']), patience)
      expect(closed.received).toEqual([])
    })
  })
}
