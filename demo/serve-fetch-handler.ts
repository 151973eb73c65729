import type { IncomingMessage, ServerResponse } from 'node:http'
import { ReadableStream } from 'node:stream/web'

/** Has a handler of the Fetch standard answer a request of `node:http`. Never rejects. */
export async function serveFetchHandler(
  handler: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const leaving = new AbortController()
  outgoing.once('close', () => leaving.abort())
  try {
    const answer = await handler(toRequest(incoming, leaving.signal))
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers))
    outgoing.end(Buffer.from(await answer.arrayBuffer()))
  } catch {
    // A method or a header that the Fetch standard does not know.
    if (!outgoing.headersSent) outgoing.writeHead(400)
    outgoing.end()
  }
  // What the handler did not want to read goes nowhere: a client that still writes does not read.
  incoming.resume()
}

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = 'GET', url = '/' } = incoming
  const headers = new Headers()
  for (const [name, value = ''] of Object.entries(incoming.headers)) {
    // HTTP/2 has the method and the path among the headers, with a colon before their names.
    if (!name.startsWith(':')) for (const one of [value].flat()) headers.append(name, one)
  }
  // A handler that cancels the body still needs the connection, for its answer.
  const body = ReadableStream.from(incoming.iterator({ destroyOnReturn: false }))
  return new Request(new URL(url, 'http://localhost'), {
    method,
    headers,
    signal,
    ...(method !== 'GET' && method !== 'HEAD' && { body: body as BodyInit, duplex: 'half' }),
  })
}
