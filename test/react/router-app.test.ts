// @vitest-environment happy-dom
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createNavigation } from '../../src/adapters/navigation.ts'
import type { TokenManagerOptions } from '../../src/index.ts'
import { json } from '../oauth/server-double.ts'
import { failOnComplaints } from '../support/complaints.ts'
import { idToken } from '../support/id-token.ts'
import { patience } from '../support/patience.ts'
import { createProfile, type Profile } from '../support/tabs.ts'
import { acting } from './mount.ts'

/** The app of the guide; the first line, which says whose JSX it is, is not in there. */
const code = read('router-app/main.tsx').split('\n').slice(1).join('\n')
const guide = read('../../src/react/README.md')

function read(path: string): string {
  return readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8')
}

failOnComplaints('warn', 'error')

const origin = 'https://app.example'
const happyDOM = (window as unknown as { happyDOM: { setURL(url: string): void } }).happyDOM
const text = (): string => document.body.textContent ?? ''
const shows = (expected: string): Promise<void> =>
  acting(() => vi.waitUntil(() => text() === expected, patience))

let profile: Profile
let left: string[]
beforeEach(() => {
  profile = createProfile()
  left = []
})
afterEach(() => {
  vi.doUnmock('tokenring')
  document.body.replaceChildren()
})

/** Loads the app into a page of its own, at this address. */
async function open(address: string): Promise<void> {
  vi.resetModules()
  document.body.innerHTML = '<div id="root"></div>'
  happyDOM.setURL(new URL(address, origin).href)
  const navigation = {
    ...createNavigation(),
    leaveFor: (url: string) => void left.push(url),
  }
  vi.doMock('tokenring', () => ({
    createTokenManager: ({ redirectUri, clientId }: TokenManagerOptions) =>
      profile.openTab({ redirectUri, clientId }, { navigation }).auth,
  }))
  await acting(() => import('./router-app/main.tsx'))
}

/** What the login page sends the browser to. */
async function callback(parameters: Record<string, string>): Promise<string> {
  const url = new URL(await vi.waitUntil(() => left.at(-1), patience))
  const nonce = url.searchParams.get('nonce') ?? undefined
  profile.server.answerNext(() =>
    json(200, profile.server.signIn({ id_token: idToken({ nonce, name: 'Ada' }) })),
  )
  const state = url.searchParams.get('state') ?? ''
  return `/callback?${String(new URLSearchParams({ ...parameters, state }))}`
}

it('the app is in the guide as it is run here, and has 45 lines', () => {
  expect(guide).toContain(`\`\`\`tsx\n${code}\`\`\`\n`)
  expect(code.split('\n').length - 1).toBeLessThanOrEqual(45)
})

it('the app signs in, comes back to where the user wanted to go, and signs out', async () => {
  await open('/orders?open=1#first')
  expect(text()).toBe('One moment …')
  await open(await callback({ code: 'code' }))
  await shows('Ada Sign out')
  expect(location.href).toBe(`${origin}/orders?open=1#first`)
  await acting(() => document.querySelector('button')?.click())
  await shows('Your orders')
  await acting(() => document.querySelector('a')?.click())
  await vi.waitUntil(() => left.length === 2, patience)
})

it('the app keeps its user over a reload, and shows a page that requires nobody', async () => {
  await open('/')
  expect(text()).toBe('Your orders')
  const tab = profile.openTab()
  await tab.auth.startSession(profile.server.signIn({ id_token: idToken({ name: 'Ada' }) }))
  await open('/orders')
  await shows('Ada Sign out')
  expect(left).toEqual([])
})

it('the app shows that a sign-in has failed, and begins no other by itself', async () => {
  await open('/orders')
  await open(await callback({ error: 'access_denied' }))
  await shows('Please sign in again')
  expect([location.pathname, left.length]).toEqual(['/', 1])
  await acting(() => document.querySelector('a')?.click())
  await vi.waitUntil(() => left.length === 2, patience)
})
