import type { OpenChannel } from '../core/ports.ts'

/**
 * Opens a `BroadcastChannel`; `undefined` where there is none or the browser denies it.
 *
 * What cannot be sent or received is lost without notice: a message is a hint, and storage decides.
 */
export const openBroadcastChannel: OpenChannel = (name, onMessage) => {
  try {
    const channel = new BroadcastChannel(name)
    channel.addEventListener('message', (event: MessageEvent<unknown>) => onMessage(event.data))
    return {
      post(message) {
        try {
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- windows only
          channel.postMessage(message)
        } catch {
          // Closed, or not cloneable.
        }
      },
      close: () => channel.close(),
    }
  } catch {
    return undefined
  }
}
