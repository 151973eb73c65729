import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { clientSecret, pageOrigin, tokens } from '../token-proxy/servers.ts'
import { createOddProxy, mark, tokenEndpoint, ways, type Sent } from './odd-token-proxy.ts'
import { members, odd, runs } from './odd-values.ts'

function tokenRequest(): Request {
  return new Request('https://proxy.example/token', {
    method: 'POST',
    headers: { origin: pageOrigin },
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'rt-1' }),
  })
}

type MakeReply = (sent: Sent) => unknown

const reply: fc.Arbitrary<MakeReply> = fc
  .record({
    status: fc.oneof(
      fc.constantFrom(200, 204, 205, 301, 302, 304, 307, 400, 401, 429, 503, 599),
      fc.integer({ min: 200, max: 599 }),
    ),
    headers: fc.record(
      {
        'content-type': fc.constantFrom('application/json', 'text/html', '', 'x;,='),
        'retry-after': fc.constantFrom('0', '-1', '1e99', 'soon', ''),
        'x-retry-after': fc.constantFrom('7', 'never'),
        'cache-control': fc.constant('public, max-age=999'),
        'access-control-allow-origin': fc.constant('*'),
        'set-cookie': fc.constant('a=b'),
        'www-authenticate': fc.constant('Basic realm="x"'),
        'content-encoding': fc.constantFrom('gzip', 'x'),
        location: fc.constant('https://evil.example/'),
        vary: fc.constant('*'),
      },
      { requiredKeys: [] },
    ),
    body: fc.oneof(
      fc.json(),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom('', JSON.stringify(tokens), mark),
    ),
  })
  .map(({ status, headers, body }) => {
    const isNull = [204, 205, 304].includes(status)
    return () => new Response(isNull ? null : body, { status, headers })
  })
const brokenStreams: readonly UnderlyingDefaultSource[] = [
  { start: (stream) => stream.error(new Error(clientSecret)) },
  { start: (stream) => stream.enqueue(undefined) },
]
/** A `fetch` of the app's own can bring anything. */
const strange: fc.Arbitrary<MakeReply> = fc.oneof(
  odd.map((value) => () => value),
  members({ status: [200, 99, 600, Number.NaN], headers: [new Headers()], body: [null] }).map(
    (value) => () => ({ status: 200, headers: new Headers(), body: null, ...value }),
  ),
  fc.constantFrom(...brokenStreams).map((source) => () => new Response(new ReadableStream(source))),
  fc.constantFrom<MakeReply>(
    ({ init }) => Promise.reject(new Error(JSON.stringify(init))),
    ({ init }) => {
      throw new Error(JSON.stringify(init))
    },
    ({ init }) => Response.json({ ...init, basic: new Headers(init.headers).get('authorization') }),
    ({ init }) => new Response(`client_secret=${encodeURIComponent(clientSecret)}`, init),
    () => Response.error(),
    () => Response.redirect(tokenEndpoint),
    () => new Response(new Uint8Array(1_048_577)),
  ),
)

const passed = ['content-type', 'retry-after', 'x-retry-after']
const own = ['access-control-allow-origin', 'access-control-expose-headers']
const known = [...passed, ...own, 'cache-control', 'vary', 'x-content-type-options']

it('whatever the vendor answers, it is passed on bare, or is of no use', () =>
  fc.assert(
    fc.asyncProperty(
      fc.oneof({ weight: 3, arbitrary: reply }, strange),
      ways,
      async (make, way) => {
        let made: unknown
        const proxy = createOddProxy((sent) => (made = make(sent)), way)
        const [response, text] = await proxy.ask(tokenRequest())
        expect(proxy.sent).toHaveLength(1)
        expect(text).not.toContain(tokenEndpoint)
        expect(response.headers.get('access-control-allow-origin')).toBe(pageOrigin)
        expect([...response.headers.keys()].filter((name) => !known.includes(name))).toEqual([])
        // Every other status of the proxy's own says that nothing was sent.
        if (text.includes('"error_description":"The ')) {
          expect(response.status).toBe(502)
          return
        }
        const vendor = made as Response
        expect(response.status).toBe(vendor.status)
        for (const name of passed) expect(response.headers.get(name)).toBe(vendor.headers.get(name))
      },
    ),
    { ...runs, numRuns: 600 },
  ))

it('a stream of what is no bytes, which nobody can count, is not read to its end', async () => {
  let pulled = 0
  const body = new ReadableStream({
    pull(stream) {
      pulled += 1
      if (pulled === 1_000) stream.close()
      else stream.enqueue(clientSecret)
    },
  })
  const [{ status }] = await createOddProxy(() => new Response(body)).ask(tokenRequest())
  expect(status).toBe(502)
  expect(pulled).toBeLessThan(10)
})

const plain: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'in base64': (text) => Buffer.from(text).toString('base64'),
  'in base64url': (text) => Buffer.from(text).toString('base64url'),
}
const escapes: readonly ((text: string) => string)[] = [
  (text) => JSON.stringify({ text }),
  (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  (text) => `"${Array.from({ length: text.length }, (_, at) => unicodeEscape(text, at)).join('')}"`,
  (text) => encodeURIComponent(text),
  (text) => Buffer.from(text).toString('hex').replaceAll(/../g, '%$&'),
  (text) => new URLSearchParams({ text }).toString(),
  (text) => text.replaceAll(/[^]/gu, (letter) => `&#${letter.codePointAt(0)};`),
  (text) => text.replaceAll(/[^\w ]/gu, (letter) => `&#x${letter.codePointAt(0)?.toString(16)};`),
]

function unicodeEscape(text: string, at: number): string {
  return `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`
}

const letter = fc.constantFrom(...Array.from(' +%&;\\/"<=~-aB3zä€\u{1f600}'))
const secret = fc
  .string({ unit: letter, minLength: 8, maxLength: 20 })
  .filter((text) => text === text.trim())
const around = fc.string({ unit: letter, maxLength: 4 })
const layers = fc.array(fc.tuple(fc.constantFrom(...escapes), around, around), { maxLength: 3 })
/** What an escape that was cut in two has left before the text. */
const remnant = fc.constantFrom('', '%FF', '%9F%98', ';', '#', 'u00')

it.each(Object.entries(plain))(
  'whatever the secret is, a reply that holds it %s is replaced, however it is escaped',
  (_, write) =>
    fc.assert(
      fc.asyncProperty(secret, layers, remnant, async (held, escaping, rest) => {
        const text = escaping.reduce(
          (inner, [escape, before, after]) => escape(`${before}${inner}${after}`),
          write(held),
        )
        const proxy = createOddProxy(() => new Response(rest + text), { clientSecret: held })
        const [{ status }] = await proxy.ask(tokenRequest())
        expect([status, text]).toEqual([502, text])
      }),
      runs,
    ),
)
