import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { clientId, clientSecret, pageOrigin, tokens } from '../token-proxy/servers.ts'
import {
  createOddProxy,
  mark,
  tokenEndpoint,
  ways,
  type Sent,
  type Ways,
} from './odd-token-proxy.ts'
import { runs } from './odd-values.ts'

const formType = 'application/x-www-form-urlencoded'

const parameterNames = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('refresh_token', 'code', 'scope', 'resource') },
  fc.constantFrom('client_id', 'client_secret', 'client_assertion', 'client_assertion_type'),
  fc.constantFrom('grant_type', 'audience', 'redirect_uri', 'code_verifier', 'username'),
  fc.constantFrom('Client_Secret', 'client_secret ', 'CLIENT_ID', 'client_secret[]', '__proto__'),
  fc.constantFrom('authorization', '%63lient_secret', 'client%5Fid', 'constructor', '', '%'),
)
const values = fc.oneof(
  fc.constantFrom('rt-1', mark, clientId, clientSecret, '', ' ', '%', '%zz', '%00', '\r\nx: y'),
  fc.constantFrom('refresh_token', 'authorization_code', 'password', 'toString', 'r'.repeat(2_001)),
  fc.string({ unit: 'binary', maxLength: 6 }),
)
/** Escaped, or as it is. */
const pair = fc
  .tuple(parameterNames, values, fc.boolean())
  .map(([name, value, isRaw]) => `${name}=${isRaw ? value : encodeURIComponent(value)}`)
const form = fc
  .tuple(
    fc.constantFrom('grant_type=refresh_token', 'grant_type=authorization_code', ''),
    fc.constantFrom('', 'resource=a&resource=b', `state=${mark}`),
    fc.array(pair, { maxLength: 3 }),
  )
  .map(([grant, more, pairs]) => [grant, more, ...pairs].join('&'))

const usually = { weight: 6 }
const request = fc.record({
  method: fc.oneof(
    { ...usually, arbitrary: fc.constant('POST') },
    fc.constantFrom('OPTIONS', 'GET', 'post', 'PUT', 'HEAD', 'options'),
  ),
  origin: fc.oneof(
    { ...usually, arbitrary: fc.constant(pageOrigin) },
    fc.constantFrom('null', '', `${pageOrigin}/`, `${pageOrigin}.evil.example`, '*', mark),
    fc.constantFrom(`${pageOrigin}, ${pageOrigin}`, pageOrigin.toUpperCase(), `${pageOrigin}:443`),
  ),
  type: fc.oneof(
    { ...usually, arbitrary: fc.constantFrom(formType, `${formType.toUpperCase()} ;charset=x`) },
    fc.constantFrom('application/json', 'multipart/form-data', '', `${formType}, text/plain`, mark),
  ),
  more: fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    fc.record(
      {
        cookie: fc.constant(`session=${mark}`),
        'x-forwarded-for': fc.constant(mark),
        'content-length': fc.constantFrom('0', '-1', '1e9', '999', 'many'),
        Authorization: fc.constantFrom('', 'Basic eDp5', 'x'),
        DPOP: fc.constantFrom('', 'e30.e30.e30'),
        'X-Client-Secret': fc.constant(mark),
      },
      { requiredKeys: [] },
    ),
  ),
  path: fc.constantFrom('', '?client_secret=mine', `?grant_type=password&${mark}`, '/../%2e/%'),
  body: fc.oneof(
    { ...usually, arbitrary: form.map((text) => Buffer.from(text)) },
    fc.json().map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  ),
})

/** The parameters that the README names. */
const passing: Readonly<Record<string, readonly string[]>> = {
  authorization_code: ['code', 'redirect_uri', 'code_verifier', 'resource', 'audience'],
  refresh_token: ['refresh_token', 'scope', 'resource', 'audience'],
}

it('whatever is asked, it is refused in fixed words, or sent on once with the one secret', async () => {
  let forwarded = 0
  await fc.assert(
    fc.asyncProperty(request, ways, async ({ path, origin, type, more, method, body }, way) => {
      const proxy = createOddProxy(() => Response.json(tokens), way)
      const asked = new Request(`https://proxy.example/token${path}`, {
        method,
        headers: { ...more, origin, 'content-type': type },
        ...(!['GET', 'HEAD'].includes(method) && { body }),
      })
      const [response, text] = await proxy.ask(asked)
      expect(text).not.toContain('mark()')
      const isCors = ['POST', 'OPTIONS'].includes(asked.method) && origin === pageOrigin
      expect(response.headers.get('access-control-allow-origin')).toBe(isCors ? origin : null)
      expect(proxy.sent).toHaveLength(response.status === 200 ? 1 : 0)
      for (const { url, init } of proxy.sent) {
        forwarded += 1
        expect([asked.method, origin, url]).toEqual(['POST', pageOrigin, tokenEndpoint])
        expect(type.toLowerCase()).toMatch(new RegExp(`^${formType}( ;|$)`))
        expect(Object.keys(more)).not.toContain('Authorization')
        expect(Object.keys(more)).not.toContain('DPOP')
        expect(body.length).toBeLessThanOrEqual(2_000)

        const isBasic = way.authentication === 'basic'
        const headers = ['accept', ...(isBasic ? ['authorization'] : []), 'content-type']
        expect(Object.keys(init.headers ?? {}).toSorted()).toEqual(headers)
        expect(init).toMatchObject({ method: 'POST', redirect: 'manual' })
        const given = [...new URLSearchParams(body.toString())].filter(([, value]) => value !== '')
        const own = isBasic ? {} : { client_id: clientId, client_secret: clientSecret }
        const wanted = [...wantedOf(given), ...Object.entries(own)]
        expect(sorted(entriesOf(init, way.encoding))).toEqual(sorted(wanted))
      }
    }),
    { ...runs, numRuns: 800 },
  )
  expect(forwarded).toBeGreaterThan(50)
})

type Entries = readonly (readonly [name: string, value: string])[]

function sorted(entries: Entries): Entries {
  return entries.toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)))
}

/** What may be sent of a form that is not to be refused. */
function wantedOf(given: Entries): Entries {
  const { grant_type: grant = '', client_id: id = clientId, ...rest } = Object.fromEntries(given)
  expect(id).toBe(clientId)
  const credentials = ['client_secret', 'client_assertion', 'client_assertion_type']
  expect(credentials.filter((name) => name in rest)).toEqual([])
  const names = given.map(([name]) => name).filter((name) => name !== 'resource')
  expect(new Set(names).size).toBe(names.length)
  expect(passing).toHaveProperty(grant)
  return given.filter(([name]) => name === 'grant_type' || passing[grant]?.includes(name))
}

function entriesOf({ body }: Sent['init'], encoding: Ways['encoding']): Entries {
  const text = typeof body === 'string' ? body : ''
  if (encoding === 'form') return [...new URLSearchParams(text)]
  const members = JSON.parse(text) as Readonly<Record<string, string | readonly string[]>>
  return Object.entries(members).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  )
}
