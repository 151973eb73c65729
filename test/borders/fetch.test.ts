import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createAuthorizedFetch } from '../../src/http/authorized-fetch.ts'
import { parseResourceServers } from '../../src/http/resource-servers.ts'
import { token } from '../http/authorized-fetch-setup.ts'
import { anyCall, argumentsOf, type Call } from './fetch-calls.ts'
import { runs } from './odd-values.ts'

interface Arrival {
  readonly method: string | undefined
  readonly path: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** All that there is to see of one call. */
interface Seen {
  /** What is in the response, or the name of the error. */
  readonly outcome: unknown
  /** Whether a Request that was passed is used up, at once and in the end. */
  readonly used: readonly boolean[]
  readonly arrived: readonly Arrival[]
}

/** A call under way, as the server knows it. */
interface Stage {
  readonly id: string
  readonly arrived: Arrival[]
  /** Has the caller act, if this is the moment. */
  at(moment: Call['abort']['when']): void
  /** Sends the rest of the answer. */
  finish(): void
}

let calls = 0
let current: Stage | undefined
const server = createServer((request, response) => void answer(request, response))
let origin = ''

beforeAll(async () => {
  // Servers that are not listed are warned of.
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  vi.restoreAllMocks()
  server.closeAllConnections()
  server.close()
})

/** Takes every token but `old`. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request).catch(() => undefined)
  const [, id, ...path] = (request.url ?? '').split('/')
  // What comes of a call before this one was aborted.
  const stage = current
  if (!body || !stage || stage.id !== id) return void response.writeHead(410).end()
  const { host: _, connection: __, ...headers } = request.headers
  stage.arrived.push({
    method: request.method,
    path: path.join('/'),
    headers: { ...headers, 'content-type': withoutBoundary(headers['content-type'] ?? '') },
    body: withoutBoundary(body.toString('latin1')),
  })
  if (headers.authorization === 'Bearer old') return void response.writeHead(401).end('refused')
  stage.at('on arrival')
  if (path[1] === 'moved') return void response.writeHead(302, { location: 'orders' }).end()
  response.writeHead(200, { 'x-answer': '1' }).flushHeaders()
  response.write('o')
  stage.finish = () => void response.end('k')
}

const withoutBoundary = (text: string): string =>
  text.replaceAll(/-+formdata-undici-\d+/g, 'boundary')

/** Makes the call with one `fetch` or another, and aborts it and changes its arguments as it says. */
async function observe(
  createFetch: (server: string) => typeof fetch,
  call: Call,
): Promise<Seen | undefined> {
  const id = String((calls += 1))
  const given = await argumentsOf(call, new URL(`/${id}/${call.path}`, origin)).catch(
    () => undefined,
  )
  if (!given) return undefined
  const stage: Stage = {
    id,
    arrived: [],
    at: (moment) => void (call.abort.when === moment && given.abort()),
    finish: () => {},
  }
  current = stage
  const nameOf = (error: unknown): string =>
    error === given.reason ? 'the reason' : (error as Error).name
  const answered = createFetch(`${origin}/${id}/api/`)(given.input, given.init)
  const usedAtOnce = given.used()
  given.change()
  stage.at('at once')
  const outcome = await answered.then(async (response) => {
    stage.at('on the response')
    stage.finish()
    const { status, type, redirected, headers } = response
    const path = response.url.replace(`${origin}/${id}/`, '')
    const text = await response.text().catch(nameOf)
    return { status, type, redirected, path, text, answer: headers.get('x-answer') }
  }, nameOf)
  return { outcome, used: [usedAtOnce, given.used()], arrived: stage.arrived }
}

/** An `auth.fetch` whose first access token is `first`; what is renewed is `new`. */
function authorized(first: string): (server: string) => typeof fetch {
  return (listed) =>
    createAuthorizedFetch({
      source: {
        asker: () => undefined,
        refusal: () => undefined,
        async obtain({ rejected, signal }) {
          // Without a wait nobody could abort it.
          await Promise.resolve()
          if (signal?.aborted) throw signal.reason
          return token(rejected ? 'new' : first)
        },
      },
      resourceServers: parseResourceServers([listed], origin),
      fetch: () => fetch,
      baseUrl: () => origin,
      report: () => {},
      proof: undefined,
    })
}

/** What native fetch would have come to, had it known of the token. */
function expected(native: Seen, call: Call, first: string): Seen {
  const isAuthorized = native.arrived.some(({ headers }) => 'authorization' in headers)
  if (isAuthorized || !call.path.startsWith('api/')) return native
  const accepted = withToken(native.arrived, 'new')
  if (first === 'new') return { ...native, arrived: accepted }
  const refused = withToken(native.arrived.slice(0, 1), 'old')
  const isSentOnce = call.initAs === 'plain' && call.init?.body === 'stream'
  if (!isSentOnce || refused.length === 0) return { ...native, arrived: [...refused, ...accepted] }
  const outcome: unknown = expect.objectContaining({ status: 401 })
  return { ...native, outcome, arrived: refused }
}

function withToken(arrived: readonly Arrival[], accessToken: string): readonly Arrival[] {
  const authorization = `Bearer ${accessToken}`
  return arrived.map((one) => ({ ...one, headers: { ...one.headers, authorization } }))
}

const isAborted = (outcome: unknown): boolean =>
  outcome === 'the reason' || outcome === 'TimeoutError'

it('whatever it is given, fetch does what the native one does, and adds the token and a retry', () =>
  fc.assert(
    fc.asyncProperty(anyCall, fc.constantFrom('new', 'old'), async (call, first) => {
      const native = await observe(() => fetch, call)
      const seen = await observe(authorized(first), call)
      if (!native || !seen) return
      // What is both wrong and aborted may fail for either reason.
      if (native.outcome === 'TypeError' && isAborted(seen.outcome)) return
      // Nobody can say how far a request got that was aborted at once.
      const isCutShort = call.abort.when === 'at once' && isAborted(native.outcome)
      const arrived = isCutShort ? { arrived: seen.arrived } : {}
      expect(seen).toEqual({ ...expected(native, call, first), ...arrived })
    }),
    { ...runs, numRuns: 400 },
  ))
