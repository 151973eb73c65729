import { expect, it, vi } from 'vitest'
import { signInSilently } from '../../src/silent/index.ts'
import { createMemoryTabStorage } from '../../src/testing/memory-tab-storage.ts'
import { withIndexedDb } from '../support/indexeddb.ts'
import { patience } from '../support/patience.ts'
import { callbackOf, redeeming, redirectUri } from '../support/sign-in.ts'
import { createProfile, type Tab } from '../support/tabs.ts'

withIndexedDb()

const memory = { scope: 'openid', redirectUri, storage: 'memory' } as const

async function leaving(tab: Tab): Promise<URL> {
  signInSilently(tab.auth).catch(() => {})
  return new URL(await vi.waitUntil(() => tab.navigation.left[0], patience))
}

it('each tab goes by itself where tokens are kept in memory only, and after each reload', async () => {
  const profile = createProfile()
  const tabStorage = createMemoryTabStorage()
  const first = await leaving(profile.openTab(memory, { tabStorage }))
  expect((await leaving(profile.openTab(memory))).searchParams.get('prompt')).toBe('none')
  profile.server.answerNext(redeeming(profile, first))
  const back = profile.openTab(memory, { tabStorage }, callbackOf(first))
  await back.auth.handleRedirect()
  await expect(signInSilently(back.auth)).resolves.toBe('signed-in')
  await expect(leaving(profile.openTab(memory, { tabStorage }))).resolves.toBeInstanceOf(URL)
})
