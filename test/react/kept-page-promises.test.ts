// @vitest-environment happy-dom
import { Activity, createElement as h, useState, type ReactNode } from 'react'
import { describe, expect, it } from 'vitest'
import { RequireSession } from '../../src/react/index.ts'
import { idToken } from '../support/id-token.ts'
import { createProfile, type Tab } from '../support/tabs.ts'
import { acting, mount, within } from './mount.ts'

function Form(): ReactNode {
  const [typed, setTyped] = useState('')
  return h('button', { onClick: () => setTyped(`${typed}x`) }, `typed: ${typed}`)
}

async function show(tab: Tab, notice: () => ReactNode) {
  const page = (mode: 'visible' | 'hidden'): ReactNode =>
    within(tab.auth, h(Activity, { mode, children: h(RequireSession, { notice }, h(Form)) }))
  const mounted = await mount(page('visible'))
  await mounted.click('button')
  expect(mounted.text()).toBe('typed: x')
  return { ...mounted, turn: (mode: 'visible' | 'hidden') => mounted.render(page(mode)) }
}

describe('RequireSession', () => {
  it('shows nothing of a session of nobody knows whom to the next such one, in an Activity that was hidden meanwhile', async () => {
    const profile = createProfile()
    const tab = await profile.openSignedInTab()
    const { turn, text } = await show(tab, () => 'over. ')
    await turn('hidden')
    await acting(() => tab.auth.signOut())
    await acting(() => tab.auth.startSession(profile.server.signIn()))
    await turn('visible')
    expect(text()).toBe('typed: ')
  })

  it('keeps nothing over an own sign-out, in an Activity that was hidden meanwhile', async () => {
    const profile = createProfile()
    const tab = profile.openTab()
    const ada = () => profile.server.signIn({ id_token: idToken({ sub: 'ada' }) })
    await tab.auth.startSession(ada())
    const { turn, text } = await show(tab, () => 'over. ')
    await turn('hidden')
    await acting(() => tab.auth.signOut())
    await acting(() => tab.auth.startSession(ada()))
    await turn('visible')
    expect(text()).toBe('typed: ')
  })

  it('keeps nothing of one manager for another, though both call their user the same', async () => {
    const profile = createProfile()
    const signInTo = async (sessionName: string) => {
      const tab = profile.openTab({ sessionName })
      await tab.auth.startSession(profile.server.signIn({ id_token: idToken({ sub: '1' }) }))
      return tab
    }
    const [one, other] = [await signInTo('one'), await signInTo('other')]
    const pageOf = (tab: Tab): ReactNode =>
      within(tab.auth, h(RequireSession, { notice: 'over. ' }, h(Form)))
    const mounted = await mount(pageOf(one))
    await mounted.click('button')
    expect(mounted.text()).toBe('typed: x')
    await mounted.render(pageOf(other))
    expect(mounted.text()).toBe('typed: ')
  })

  it('takes a notice that is no function', async () => {
    const profile = createProfile()
    const tab = profile.openTab()
    await tab.auth.startSession(profile.server.signIn({ id_token: idToken({ sub: 'ada' }) }))
    const mounted = await mount(within(tab.auth, h(RequireSession, { notice: 'over. ' }, h(Form))))
    profile.server.revokeFamilies()
    await acting(() => tab.auth.refresh().catch(() => {}))
    expect(mounted.text()).toBe('over. typed: ')
  })
})
