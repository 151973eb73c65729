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
    const next = await auth.getAccessToken({ rejected: token })
    // The same one: it was renewed because of a refusal just now. Who refuses that refuses the next.
    if (next === token) await new Promise((resolve) => setTimeout(resolve, 30_000))
    await openSocket(auth, url, onMessage)
  }
  return socket
}
