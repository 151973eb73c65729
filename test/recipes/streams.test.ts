import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { readEvents } from './event-stream.ts'
import { startSignedInApp } from './signed-in-app.ts'
import type { SignedInApp } from './signed-in-app.ts'
import { openSocket } from './web-socket.ts'

let app: SignedInApp
beforeEach(async () => {
  app = await startSignedInApp((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: one\n\ndata: tw')
    response.write('o\n\n')
  })
})
afterEach(() => app.close())

it('a stream of events begins with a token that was renewed on the way', async () => {
  app.server.revokeAccessTokens()
  const stopping = new AbortController()
  const events: string[] = []
  const reading = (async () => {
    for await (const event of readEvents(app.auth, `${app.apiUrl}/events`, stopping.signal)) {
      events.push(event)
      if (events.length === 2) stopping.abort()
    }
  })()
  await expect(reading).rejects.toThrow('abort')
  expect(events).toEqual(['one', 'two'])
  expect(app.server.counts.grants).toBe(1)
})

it('a WebSocket whose token is refused is opened again with a renewed one', async () => {
  vi.stubGlobal('WebSocket', WebSocket)
  onTestFinished(() => void vi.unstubAllGlobals())
  const { url, urls, close } = await startSocketServer((token) => app.server.accepts(token))
  onTestFinished(close)
  const messages: string[] = []
  app.server.revokeAccessTokens()
  await openSocket(app.auth, url, (message) => messages.push(message))
  await expect.poll(() => messages).toEqual(['welcome'])
  expect(app.server.counts.grants).toBe(1)
  expect(urls).toEqual(['/', '/'])
})

it('a WebSocket that refuses even a fresh token is opened again half a minute later, not before', async () => {
  vi.stubGlobal('WebSocket', WebSocket)
  onTestFinished(() => void vi.unstubAllGlobals())
  const schedule = globalThis.setTimeout
  const pauses: (() => void)[] = []
  const timer = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((
    task: () => void,
    ms?: number,
  ) => {
    // Node and the test runner have timers of half a minute, too; a promise's resolve has no name.
    if (ms === 30_000 && task.name === '') return pauses.push(task)
    return schedule(task, ms)
  }) as typeof setTimeout)
  onTestFinished(() => timer.mockRestore())
  const { url, urls, close } = await startSocketServer(() => false)
  onTestFinished(close)
  await openSocket(app.auth, url, () => {})
  await expect.poll(() => pauses).toHaveLength(1)
  expect(urls).toHaveLength(2)
  expect(app.server.counts.grants).toBe(1)
  pauses[0]?.()
  await expect.poll(() => urls).toHaveLength(3)
})

/** Wants a token as the first message, and closes with 4401 if it is not good. */
async function startSocketServer(accepts: (token: string) => boolean): Promise<{
  url: string
  urls: readonly string[]
  close(): Promise<void>
}> {
  const http: Server = createServer()
  const sockets = new WebSocketServer({ server: http })
  const urls: string[] = []
  sockets.on('connection', (socket, request) => {
    urls.push(request.url ?? '')
    socket.once('message', (data: Buffer) => {
      const { token } = JSON.parse(data.toString()) as { token: string }
      if (accepts(token)) socket.send('welcome')
      else socket.close(4401)
    })
  })
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve))
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    urls,
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      await new Promise((resolve) => void http.close(resolve))
    },
  }
}
