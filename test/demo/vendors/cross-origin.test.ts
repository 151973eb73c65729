import { afterEach, expect, test } from 'vitest'
import type { Servers } from '../../../demo/servers.ts'
import { vendorNamed } from '../../../demo/vendors/vendors.ts'
import type { VendorName } from '../../../demo/vendors/vendors.ts'
import { startDemoServers } from '../start-demo-servers.ts'

let servers: Servers
afterEach(() => servers.close())

const open = ['auth0', 'auth0-rotating', 'wso2-rotating', 'wso2-reusing', 'daily-pay'] as const
const closed = ['daily-pay-secret', 'mercado-pago'] as const

async function start(authorizationServer: VendorName): Promise<void> {
  servers = await startDemoServers({ authorizationServer })
}

function tokenEndpoint(name: VendorName): string {
  return servers.issuer + vendorNamed(name)?.paths.token
}

function preflight(url: string, origin: string): Promise<Response> {
  return fetch(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  })
}

test.for(open)('%s: the page may talk to the token endpoint, and no other page', async (name) => {
  await start(name)
  const url = tokenEndpoint(name)
  const allowed = await preflight(url, servers.pageOrigin)
  expect(allowed.status).toBe(204)
  expect(Object.fromEntries(allowed.headers)).toMatchObject({
    'access-control-allow-origin': servers.pageOrigin,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'content-type',
  })
  const refused = await preflight(url, 'http://localhost:1')
  expect(refused.status).toBe(405)
  expect(refused.headers.get('access-control-allow-origin')).toBeNull()

  const origin = servers.pageOrigin
  for (const from of [origin, 'http://localhost:1']) {
    const { headers } = await fetch(url, { method: 'POST', headers: { origin: from }, body: '' })
    expect(headers.get('access-control-allow-origin')).toBe(from === origin ? origin : null)
    expect(headers.get('vary')).toBe('origin')
  }
})

test.for(closed)('%s: no page may talk to the token endpoint', async (name) => {
  await start(name)
  const url = tokenEndpoint(name)
  const answers = [
    await preflight(url, servers.pageOrigin),
    await fetch(url, { method: 'POST', headers: { origin: servers.pageOrigin }, body: '' }),
  ]
  for (const answer of answers) {
    expect(answer.ok).toBe(false)
    const headers = [...answer.headers.keys()]
    expect(headers.filter((header) => header.startsWith('access-control'))).toEqual([])
  }
  // What belongs to the demo and not to the vendor is there all the same.
  const counters = await fetch(`${servers.issuer}/demo/counters`, {
    headers: { origin: servers.pageOrigin },
  })
  expect(counters.headers.get('access-control-allow-origin')).toBe(servers.pageOrigin)
})

test.for(closed)('%s: a fault does not open it either', async (name) => {
  await start(name)
  servers.authorizationServer.setFault(servers.vendor.tooManyRequests)
  const url = tokenEndpoint(name)
  const options = { method: 'POST', headers: { origin: servers.pageOrigin }, body: '' }
  const answer = await fetch(url, options)
  expect(answer.status).toBe(429)
  expect(answer.headers.get('access-control-allow-origin')).toBeNull()
})
