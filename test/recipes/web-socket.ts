import type { TokenManager } from 'tokenring'

/** The code with which your server says that it does not accept the token. */
const tokenRejected = 4401

/** Sends the token as the first message: in the URL it would end up in logs. */
export async function openSocket(
  auth: TokenManager,
  url: string,
  onMessage: (message: string) => void,
): Promise<WebSocket> {
  const token = await auth.getAccessToken({ minValidityMs: 30_000 })
  const socket = new WebSocket(url)
  socket.addEventListener('open', () => socket.send(JSON.stringify({ token })))
  socket.addEventListener('message', ({ data }) => onMessage(String(data)))
  socket.addEventListener('close', ({ code }) => {
    if (code === tokenRejected) void reopen()
  })
  async function reopen(): Promise<void> {
    // One rotation, shared with every other tab and request that was told so.
    await auth.getAccessToken({ rejected: token })
    await openSocket(auth, url, onMessage)
  }
  return socket
}
