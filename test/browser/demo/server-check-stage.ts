import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { listen, readBody } from '../../../demo/http.ts'
import type { Listener } from '../../../demo/http.ts'
import { createPages } from '../../../demo/page-server.ts'
import { serverCheckPages } from '../../../demo/server-check-pages.ts'
import { startSwitchableServers } from '../../../demo/switchable-servers.ts'
import type { SwitchableServers } from '../../../demo/switchable-servers.ts'
import { createStandIn } from '../../server-check/stand-in.ts'
import type { StandInOptions } from '../../server-check/stand-in.ts'

const pageFolder = fileURLToPath(new URL('../../../demo/page', import.meta.url))

/** The demo with the check of a server, as `npm run demo` starts it. */
export async function startDemoWithCheck(): Promise<SwitchableServers> {
  return startSwitchableServers({
    pages: await createPages(pageFolder, [serverCheckPages]),
    first: 'oidc-provider',
    accessTokenTtlSeconds: 300,
    ports: { page: 0, issuer: 0, api: 0 },
  })
}

/** A stand-in at an origin of its own, with CORS as its options say. */
export async function startStandIn(options: StandInOptions): Promise<Listener> {
  const listener = await listen(0)
  const answer = createStandIn(listener.origin, options, () => Date.now())
  listener.handle = (request, response) => {
    const headers = new Headers()
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value))
    const isPreflight = request.method === 'OPTIONS'
    void readBody(request).then((body) => {
      const url = request.url ?? '/'
      const asked = request.headers['access-control-request-method'] ?? 'GET'
      const method = isPreflight ? asked : (request.method ?? 'GET')
      // A preflight of what refuses is answered; what is hidden from pages as a whole is not.
      const path = new URL(url, listener.origin).pathname
      const reply = isPreflight
        ? { status: 204, headers: {}, body: '', isReadable: !options.hidden.includes(path) }
        : answer({ method, url, headers, body })
      response.writeHead(reply.status, {
        ...reply.headers,
        ...(reply.isReadable && {
          'access-control-allow-origin': '*',
          'access-control-allow-headers': 'authorization, dpop, content-type',
          ...(options.exposed !== '' && { 'access-control-expose-headers': options.exposed }),
        }),
      })
      response.end(reply.body)
    })
  }
  return listener
}

export interface CheckInputs {
  readonly issuer: string
  readonly clientId?: string
  readonly scope?: string
  readonly metadata?: string
  /** Default: the shortest. */
  readonly patience?: 'short' | 'usual'
}

/** Fills the form in, agrees, and looks at what needs no sign-in. */
export async function lookAt(page: Page, pageOrigin: string, inputs: CheckInputs): Promise<void> {
  await page.goto(`${pageOrigin}/server-check.html`)
  await page.getByLabel('Issuer').fill(inputs.issuer)
  if (inputs.clientId !== undefined)
    await page.getByLabel('Client identifier').fill(inputs.clientId)
  if (inputs.scope !== undefined) await page.getByLabel('Scope').fill(inputs.scope)
  await page.getByText('Further settings').click()
  await page.getByLabel('Metadata').fill(inputs.metadata ?? '')
  await page.getByLabel('How old').selectOption(inputs.patience ?? 'short')
  await page.getByLabel('I use a test account').check()
  await page.getByRole('button', { name: 'Look at the server' }).click()
  await page.locator('#answer').waitFor()
}

/** Signs in as often as the page asks for it. How often that was. */
export async function checkWhole(
  page: Page,
  atLogin: () => Promise<void> = async () => {},
): Promise<number> {
  const button = page.getByRole('button', { name: 'Sign in as the test user' })
  const isOver = page.getByText('The check is over.')
  let times = 0
  for (;;) {
    await button.or(isOver).first().waitFor({ timeout: 60_000 })
    if (await isOver.isVisible()) return times
    times += 1
    await button.click()
    await atLogin()
    await page.locator('#options').waitFor({ timeout: 60_000 })
  }
}

/** What the page says of one question. */
export async function finding(
  page: Page,
  id: string,
): Promise<{ readonly verdict: string | null; readonly seen: string }> {
  const item = page.locator(`.finding#${id}`)
  return {
    verdict: await item.getAttribute('data-verdict'),
    seen: (await item.locator('.seen').textContent()) ?? '',
  }
}
