import type { OpenChannel } from '../core/ports.ts'

/** A channel between managers of one page or test. Delivers copies, after the sender's turn. */
export function createMemoryChannel(): OpenChannel {
  interface Receiver {
    readonly name: string
    readonly onMessage: (message: unknown) => void
  }
  const receivers = new Set<Receiver>()

  return (name, onMessage) => {
    const self: Receiver = { name, onMessage }
    receivers.add(self)

    const deliver = (receiver: Receiver, copy: unknown): void =>
      queueMicrotask(() => {
        if (receivers.has(receiver)) receiver.onMessage(copy)
      })

    return {
      post(message) {
        if (!receivers.has(self)) return
        try {
          for (const receiver of receivers) {
            if (receiver !== self && receiver.name === name) {
              deliver(receiver, structuredClone(message))
            }
          }
        } catch {
          // Not cloneable.
        }
      },
      close() {
        receivers.delete(self)
      },
    }
  }
}
