import type { RequestListener } from 'node:http'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { listen } from '../../demo/http.ts'
import { readText } from '../package/source-files.ts'
import { launchPlaywright, type Driver } from './drivers.ts'
import { eventually } from './eventually.ts'
import { serveGuideApp } from './guide-app.ts'

let driver: Driver<Page>
beforeAll(async () => {
  driver = await launchPlaywright()
})
beforeEach(() => driver.newProfile())
afterAll(() => driver?.close())

const [, quickStart = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(readText('README.md')) ?? []

/** The same for an app that wants to hear of nothing. */
const swallowing = `
  import { auth } from './auth.ts'
  await auth.handleRedirect().catch(() => undefined)
  await auth.signIn().catch(() => undefined)
  const button = document.body.appendChild(document.createElement('button'))
  button.textContent = 'Sign in'
  button.onclick = () => auth.signIn()
`

interface Trouble {
  /** What the authorization server adds to the redirect URI. */
  readonly answer: (state: string) => Record<string, string>
  /** The host sends the browser on from `/callback` to `/callback/`. */
  readonly addsSlash: boolean
}

const troubles: readonly (readonly [name: string, trouble: Trouble])[] = [
  [
    'the host turns /callback into /callback/',
    { answer: (state) => ({ code: 'code', state }), addsSlash: true },
  ],
  [
    'the server leaves the state out of an error',
    { answer: () => ({ error: 'invalid_scope' }), addsSlash: false },
  ],
  [
    'the server answers every sign-in with an error',
    { answer: (state) => ({ error: 'server_error', state }), addsSlash: false },
  ],
]

async function startApp(
  entry: string,
  { answer, addsSlash }: Trouble,
): Promise<{
  readonly pageOrigin: string
  readonly requests: () => number
  close(): Promise<void>
}> {
  const issuer = await listen(0)
  const host = await listen(0)
  let requests = 0
  const handleIssuer: RequestListener = (request, response) => {
    const url = new URL(request.url ?? '/', issuer.origin)
    if (url.pathname === '/authorize') {
      requests += 1
      const back = new URL(url.searchParams.get('redirect_uri') ?? '')
      const parameters = answer(url.searchParams.get('state') ?? '')
      for (const [name, value] of Object.entries(parameters)) back.searchParams.set(name, value)
      response.writeHead(302, { location: back.href }).end()
      return
    }
    const metadata = {
      issuer: issuer.origin,
      authorization_endpoint: `${issuer.origin}/authorize`,
      token_endpoint: `${issuer.origin}/token`,
    }
    const isMetadata = url.pathname === '/.well-known/openid-configuration'
    response
      .writeHead(isMetadata ? 200 : 400, {
        'content-type': 'application/json',
        'access-control-allow-origin': '*',
      })
      .end(JSON.stringify(isMetadata ? metadata : { error: 'invalid_grant' }))
  }
  issuer.handle = handleIssuer
  const addresses = {
    issuer: issuer.origin,
    pageOrigin: host.origin,
    apiOrigin: issuer.origin,
    clientId: 'spa',
    scope: 'openid',
  }
  const app = await serveGuideApp({ guide: 'react', entry }, addresses)
  host.handle = (request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', host.origin)
    if (addsSlash && pathname === '/callback') {
      response.writeHead(301, { location: `/callback/${search}` }).end()
    } else {
      app.handle(request, response)
    }
  }
  return {
    pageOrigin: host.origin,
    requests: () => requests,
    async close() {
      await Promise.all([issuer.close(), host.close()])
    },
  }
}

/**
 * What `count` gives when it has not changed for so long as no page takes from one sign-in to the next,
 * on a busy machine either. The page is not asked meanwhile: to the browser, what a driver does in a page
 * is the gesture of a user.
 */
async function atRest(count: () => number): Promise<number> {
  let last = { count: 0, at: Date.now() }
  return eventually('the end of it', async () => {
    if (count() !== last.count) last = { count: count(), at: Date.now() }
    return last.count > 0 && Date.now() - last.at > 4_000 && last.count
  })
}

test.each(
  troubles.flatMap(([name, trouble]) => [
    [`the quick start does not go on for ever if ${name}`, quickStart, trouble] as const,
    [`nor does an app that swallows every error if ${name}`, swallowing, trouble] as const,
  ]),
)('%s', async (_, entry, trouble) => {
  const app = await startApp(entry, trouble)
  try {
    const page = await driver.newPage()
    await page.goto(`${app.pageOrigin}/elsewhere`)
    await page.evaluate(() => void setTimeout(() => location.assign('/'), 20))
    const requests = await atRest(app.requests)
    expect(requests).toBeGreaterThan(0)
    expect(requests).toBeLessThanOrEqual(5)

    // Whoever presses the button is never told of a loop.
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect.poll(app.requests).toBe(requests + 1)
  } finally {
    await app.close()
  }
})
