// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { readText } from '../package/source-files.ts'
import { patience } from '../support/patience.ts'
import { callbackOf, leaveToSignIn } from '../support/sign-in.ts'
import { createProfile, type Profile, type Tab } from '../support/tabs.ts'

const [, html = ''] = /^```html\n([\s\S]*?)^```$/m.exec(readText('src/manager/README.md')) ?? []
const [, script = ''] = /<script type="module">([\s\S]*?)<\/script>/.exec(html) ?? []

let profile: Profile
let tab: Tab
/** What the page writes to the console. */
let told: unknown[]
beforeEach(async () => {
  told = []
  vi.spyOn(console, 'error').mockImplementation((error) => void told.push(error))
  profile = createProfile()
  await open()
})

/** Opens the page; whatever page was there is gone. */
async function open(url?: string): Promise<void> {
  tab = profile.openTab(
    {
      redirectUri: 'https://app.example/callback',
      resourceServers: ['https://api.example.com/v2/'],
    },
    {},
    url,
  )
  document.body.innerHTML = html.replace(script, '')
  // What is imported is given instead.
  const code = script.replace(/^\s*import .*$/m, '')
  // oxlint-disable-next-line typescript/no-implied-eval -- the code is the guide's
  const run = new Function('createTokenManager', `return (async () => {${code}})()`) as (
    createTokenManager: () => unknown,
  ) => Promise<void>
  await run(() => tab.auth)
}
afterEach(() => {
  tab.auth.dispose()
  vi.restoreAllMocks()
  document.body.replaceChildren()
})

const problem = (): string => document.getElementById('problem')?.textContent ?? ''
const says = (text: string): Promise<boolean> =>
  vi.waitUntil(() => problem() === text && !document.getElementById('sign-in')?.hidden, patience)
const signIn = (): void => document.getElementById('sign-in')?.click()
const refuse = (code: string): void => {
  vi.spyOn(tab.auth, 'signIn').mockRejectedValueOnce(Object.assign(new Error(), { code }))
}

it('is a whole page', () => {
  expect(html).toMatch(/^<!doctype html>\n<html lang="en">/)
})

it('says nothing any more of a request that came to nothing, once the user has signed out', async () => {
  vi.spyOn(tab.auth, 'fetch').mockRejectedValue(new TypeError('Failed to fetch'))
  await tab.auth.startSession(profile.server.signIn({ claims: { sub: 'ann' } }))
  await vi.waitUntil(() => problem() === 'That did not succeed.', patience)
  await tab.auth.signOut()
  await says('')
})

it('says that a sign-in has failed, and nothing to who comes back from the login page', async () => {
  await says('')
  refuse('DENIED')
  signIn()
  await says('That did not succeed.')
  refuse('NOT_LEFT')
  signIn()
  await vi.waitUntil(() => told.length === 2, patience)
  expect(problem()).toBe('')
})

it('says that the session has ended, until the next one', async () => {
  vi.spyOn(tab.auth, 'fetch').mockImplementation(async () => Response.json({ orders: [] }))
  await tab.auth.startSession(profile.server.signIn({ claims: { sub: 'ann' } }))
  profile.server.revokeFamilies()
  await tab.auth.refresh().catch(() => undefined)
  await says('You were signed out because your session has ended.')
  await tab.auth.startSession(profile.server.signIn({ claims: { sub: 'ann' } }))
  expect(problem()).toBe('')
})

it('says it also on a page that is opened afterwards, unless there is something newer to say', async () => {
  vi.spyOn(tab.auth, 'fetch').mockImplementation(async () => Response.json({ orders: [] }))
  await tab.auth.startSession(profile.server.signIn({ claims: { sub: 'ann' } }))
  profile.server.revokeFamilies()
  await tab.auth.refresh().catch(() => undefined)
  tab.auth.dispose()
  await open()
  await says('You were signed out because your session has ended.')
  const left = await leaveToSignIn(tab)
  tab.page.emit('hide')
  await open(callbackOf(left, { error: 'access_denied' }))
  await says('That did not succeed.')
})

it('says nothing on a page that is opened after a sign-out', async () => {
  await tab.auth.startSession(profile.server.signIn())
  await tab.auth.signOut()
  tab.auth.dispose()
  await open()
  await says('')
})
