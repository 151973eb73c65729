import axe from 'axe-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import type { SwitchableServers } from '../../../demo/switchable-servers.ts'
import { strictServer } from '../../server-check/stand-in.ts'
import type { StandInOptions } from '../../server-check/stand-in.ts'
import { launchPlaywright } from '../drivers.ts'
import type { Driver } from '../drivers.ts'
import { lookInside } from './demo-stage.ts'
import {
  checkWhole,
  finding,
  lookAt,
  startDemoWithCheck,
  startStandIn,
} from './server-check-stage.ts'

let demo: SwitchableServers
let driver: Driver<Page>
let page: Page
const cleanUp: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  demo = await startDemoWithCheck()
  driver = await launchPlaywright()
})
beforeEach(async () => {
  await driver.newProfile()
  page = await driver.newPage()
})
afterEach(async () => {
  for (const task of cleanUp.splice(0)) await task()
})
afterAll(async () => {
  await driver?.close()
  await demo?.close()
})

const headline = async (): Promise<string> =>
  (await page.locator('.headline strong').textContent()) ?? ''
const textOf = async (id: string): Promise<string> =>
  (await page.locator(`#${id}`).textContent()) ?? ''

/** The whole check at a stand-in: how many sign-ins that took. */
async function check(changes: Partial<StandInOptions>): Promise<number> {
  const standIn = await startStandIn({ ...strictServer, ...changes })
  cleanUp.push(standIn.close)
  await lookAt(page, demo.pageOrigin, {
    issuer: standIn.origin,
    clientId: 'spa',
    scope: 'openid offline_access orders:read orders:write',
  })
  return checkWhole(page)
}

test('the demo’s own server, which is strict: two sign-ins, and no token is left in the page', async () => {
  const refreshTokens: string[] = []
  page.on('response', (response) => {
    if (!response.url().endsWith('/token')) return
    void response.json().then(
      (body: { refresh_token?: string }) => {
        if (body.refresh_token !== undefined) refreshTokens.push(body.refresh_token)
      },
      () => undefined,
    )
  })
  await lookAt(page, demo.pageOrigin, { issuer: demo.first.issuer })
  let isSignedIn = false
  const times = await checkWhole(page, async () => {
    // The second time the server knows who it is.
    if (!isSignedIn) await page.getByRole('button', { name: 'Ada Lovelace' }).click()
    isSignedIn = true
  })
  expect(times).toBe(2)
  expect(await headline()).toMatch(/^No: one lost reply/)
  expect(await finding(page, 'rotation')).toMatchObject({ verdict: 'good' })
  expect(await finding(page, 'pair')).toMatchObject({ verdict: 'bad' })
  expect((await finding(page, 'reuse')).seen).toMatch(/^Yes, and it ends the whole session/)
  expect(await finding(page, 'revocation')).toMatchObject({ verdict: 'good' })
  expect((await finding(page, 'dead-words')).seen).toContain('spent: “invalid_grant” (400)')
  expect(await textOf('options-text')).toContain(
    "courier: courier({ serviceWorker: '/tokenring-courier.js' })",
  )
  const everything = `${await page.content()}${await page.evaluate(() => JSON.stringify(sessionStorage) + JSON.stringify(localStorage))}`
  expect(refreshTokens.length).toBeGreaterThan(3)
  expect(refreshTokens.filter((token) => everything.includes(token))).toEqual([])
  expect(page.url()).toBe(`${demo.pageOrigin}/server-check.html`)
})

test('a server that forgives for three seconds, with two good successors', async () => {
  await check({ graceMs: 3_000, child: 'both' })
  expect(await headline()).toMatch(/^For a moment only/)
  expect((await finding(page, 'lost-reply')).seen).toBe(
    'The same refresh token was accepted again, up to 1 s after it was spent, and refused after 5 s: the window ends in between.',
  )
  expect(await finding(page, 'children')).toEqual({ verdict: 'good', seen: 'Both.' })
  expect(await finding(page, 'pair')).toMatchObject({ verdict: 'good' })
  expect((await finding(page, 'reuse')).seen).toMatch(/^Yes, and it ends the whole session/)
})

test('a server that forgives for a minute, where the later successor wins', async () => {
  await check({ graceMs: 60_000, child: 'later' })
  expect(await headline()).toBe(
    'A lost reply is forgiven for 5 s at least. Whether for long enough was not found out.',
  )
  // A minute was not waited for.
  expect(await finding(page, 'reuse')).toMatchObject({ verdict: 'not-found-out' })
  expect((await finding(page, 'pair')).seen).toContain('only one of the two')
  expect((await finding(page, 'children')).seen).toBe(
    'The later one; the earlier one was refused. Presenting the other one was refused, and did no harm.',
  )
  expect((await finding(page, 'lost-reply')).seen).toContain(
    'Where the window ends was not found out',
  )
})

test('a server that gives the same successor again', async () => {
  await check({ graceMs: 3_000, child: 'same', reuse: 'refused-only' })
  expect((await finding(page, 'children')).seen).toContain('the same new refresh token')
  expect(await finding(page, 'reuse')).toMatchObject({ verdict: 'care' })
})

test('a server that does not rotate: one sign-in', async () => {
  expect(await check({ refreshTokens: 'none' })).toBe(1)
  expect(await headline()).toMatch(/^It does not rotate/)
  expect(await page.locator('.finding#lost-reply').count()).toBe(0)
  expect(await textOf('options-text')).not.toContain('courier')
})

test('a server that only refuses the spent one: one sign-in', async () => {
  expect(await check({ reuse: 'refused-only' })).toBe(1)
  expect(await finding(page, 'pair')).toMatchObject({ verdict: 'care' })
  expect((await finding(page, 'reuse')).seen).toMatch(/^It was refused, and nothing else happened/)
})

test('a server with a word of its own, and no revocation', async () => {
  await check({
    refusal: { status: 400, body: '{"error":"token_inactive"}' },
    revocation: 'missing',
  })
  expect(await finding(page, 'dead-words')).toMatchObject({ verdict: 'care' })
  expect(await textOf('options-text')).toContain("spentRefreshToken: ['token_inactive']")
  expect((await finding(page, 'revocation')).seen).toBe('The server names no revocation endpoint.')
  expect(await textOf('report-text')).toContain('Please offer token revocation (RFC 7009)')
})

test('a server whose refusals and user information a page may not read', async () => {
  await check({ hidesRefusals: true, hidden: ['/userinfo', '/jwks'] })
  expect(await finding(page, 'token-endpoint')).toMatchObject({ verdict: 'bad' })
  expect(await finding(page, 'cors-userinfo')).toMatchObject({ verdict: 'care' })
  expect(await finding(page, 'dead-words')).toMatchObject({ verdict: 'not-found-out' })
})

test('a server whose metadata a page may not read is checked with the metadata pasted', async () => {
  const standIn = await startStandIn({
    ...strictServer,
    hidden: ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'],
  })
  cleanUp.push(standIn.close)
  await lookAt(page, demo.pageOrigin, { issuer: standIn.origin, clientId: 'spa' })
  expect(await finding(page, 'discovery')).toMatchObject({ verdict: 'care' })
  expect(await page.getByRole('button', { name: 'Sign in as the test user' }).count()).toBe(0)

  const metadata = await (await fetch(`${standIn.origin}/.well-known/openid-configuration`)).text()
  await lookAt(page, demo.pageOrigin, { issuer: standIn.origin, clientId: 'spa', metadata })
  await checkWhole(page)
  expect(await finding(page, 'rotation')).toMatchObject({ verdict: 'good' })
  expect(await textOf('options-text')).toContain(`token_endpoint: '${standIn.origin}/token'`)
})

test('a server that wants a nonce and hides it, and one that hides the revocation', async () => {
  await check({ dpop: 'nonce', exposed: '', hidden: ['/revoke'] })
  expect((await finding(page, 'dpop')).seen).toContain('a page cannot read the header “DPoP-Nonce”')
  expect((await finding(page, 'revocation')).seen).toContain(
    'although a page may not read the answer',
  )
})

test('a server that is busy, and says until when', async () => {
  await check({ busy: { status: 429, retryAfter: '1' } })
  expect(await finding(page, 'retry-after')).toMatchObject({ verdict: 'good' })
})

test('a client that needs a secret is told of the token proxy', async () => {
  const standIn = await startStandIn({ ...strictServer, wantsSecret: true })
  cleanUp.push(standIn.close)
  await lookAt(page, demo.pageOrigin, { issuer: standIn.origin, clientId: 'web' })
  expect(await finding(page, 'client')).toMatchObject({ verdict: 'bad' })
})

test('the demo’s page leads there, and the demo’s own server stands in the form', async () => {
  await page.goto(demo.pageOrigin)
  await lookInside(page)
  await page.getByRole('link', { name: 'Does your own server survive rotation?' }).click()
  expect(await page.getByLabel('Issuer').inputValue()).toBe(demo.first.issuer)
})

test('who goes back at the login page can try again, and a reload keeps what was seen', async () => {
  await lookAt(page, demo.pageOrigin, { issuer: demo.first.issuer })
  const button = page.getByRole('button', { name: 'Sign in as the test user' })
  await button.click()
  await page.getByRole('button', { name: 'No, go back' }).click()
  expect((await finding(page, 'sign-in')).seen).toBe('The sign-in was refused: “access_denied”.')
  await page.reload()
  expect((await finding(page, 'sign-in')).seen).toBe('The sign-in was refused: “access_denied”.')
  await button.click()
  await page.getByRole('button', { name: 'Ada Lovelace' }).click()
  await page.locator('.finding#rotation').waitFor()
})

test('nothing is sent before the person has agreed', async () => {
  await page.goto(`${demo.pageOrigin}/server-check.html`)
  const button = page.getByRole('button', { name: 'Look at the server' })
  await button.waitFor()
  expect(await button.isDisabled()).toBe(true)
})

test('a callback that this tab has not asked for is not redeemed', async () => {
  const requests: string[] = []
  page.on('request', (request) => requests.push(`${request.method()} ${request.url()}`))
  await page.goto(`${demo.pageOrigin}/server-check.html?code=stolen&state=made-up`)
  await page.getByRole('alert').getByText('no sign-in that this tab has begun').waitFor()
  expect(page.url()).toBe(`${demo.pageOrigin}/server-check.html`)
  expect(requests.filter((request) => request.startsWith('POST'))).toEqual([])
})

for (const width of [1280, 390]) {
  test(`no accessibility rule is broken, and no policy (${width} px)`, async () => {
    const refused: string[] = []
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) refused.push(message.text())
    })
    await page.setViewportSize({ width, height: 800 })
    await page.goto(`${demo.pageOrigin}/server-check.html`)
    await page.getByText('Further settings').click()
    await expectAccessible('form')
    await check({ revocation: 'no-effect' })
    await page.getByText('What was done so far').click()
    await expectAccessible('result')
    expect(refused).toEqual([])
  })
}

async function expectAccessible(when: string): Promise<void> {
  // By the protocol, which the page's content security policy does not bind.
  await page.evaluate(axe.source)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const { violations } = await page.evaluate(() =>
      (window as unknown as { axe: typeof axe }).axe.run(),
    )
    const broken = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])
    expect(broken, `${when}, ${colorScheme}`).toEqual([])
    const isWider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
    expect(isWider, `${when}, ${colorScheme}`).toBe(false)
  }
}
