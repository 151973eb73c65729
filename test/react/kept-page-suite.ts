import { StrictMode, createElement as h, useEffect, useState, type ReactNode } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { RequireSession, useSession, type NoticeState } from '../../src/react/index.ts'
import { idToken } from '../support/id-token.ts'
import { ends } from '../support/session-ends.ts'
import { createProfile, type Profile, type Tab } from '../support/tabs.ts'
import { acting, mount, within, type Mounted } from './mount.ts'

interface Shown extends Mounted {
  readonly profile: Profile
  readonly tab: Tab
  readonly said: NoticeState[]
  readonly onSignedOut: ReturnType<typeof vi.fn>
  /** What has become of each page: how often it was mounted and unmounted. */
  readonly pages: string[]
  startSession(sub?: string): Promise<void>
}

/** A page of ada's with something typed into it. */
async function show(sub: string | undefined = 'ada'): Promise<Shown> {
  const profile = createProfile()
  const tab = profile.openTab()
  const said: NoticeState[] = []
  const pages: string[] = []
  const onSignedOut = vi.fn()

  function Form(): ReactNode {
    const [typed, setTyped] = useState('')
    useEffect(() => {
      pages.push('mounted')
      return () => void pages.push('unmounted')
    }, [])
    return h('button', { onClick: () => setTyped(`${typed}x`) }, `typed: ${typed}`)
  }
  const notice = (state: NoticeState): ReactNode => {
    said.push(state)
    return h('p', null, `over: ${state.reason}. `)
  }
  const startSession = (of: string | undefined): Promise<void> =>
    acting(() =>
      tab.auth.startSession(
        profile.server.signIn(of === undefined ? {} : { id_token: idToken({ sub: of }) }),
      ),
    )
  const mounted = await mount(
    within(tab.auth, h(RequireSession, { notice, onSignedOut, fallback: 'no session' }, h(Form))),
  )
  onSignedOut.mockClear()
  await startSession(sub)
  await mounted.click('button')
  expect(mounted.text()).toBe('typed: x')
  return { ...mounted, profile, tab, said, pages, onSignedOut, startSession }
}

/** A notice over what a user was doing; the same for every version of React. */
export function describeKeptPages(): void {
  describe('RequireSession with a notice', () => {
    it('keeps the page under it when the session ends by itself, and takes it away when the user is back', async () => {
      const { profile, tab, text, click, startSession, pages, onSignedOut } = await show()
      await acting(() => ends.rejected(profile, tab))
      expect(text()).toBe('over: rejected. typed: x')
      await click('button')
      await startSession('ada')
      expect(text()).toBe('typed: xx')
      expect(pages).toEqual(['mounted'])
      expect(onSignedOut).not.toHaveBeenCalled()
    })

    it('keeps the page when the session ends because the reply to a renewal was lost', async () => {
      const { profile, tab, text, startSession } = await show()
      await acting(() => ends['rotation-lost'](profile, tab))
      expect(text()).toBe('over: rotation-lost. typed: x')
      await startSession('ada')
      expect(text()).toBe('typed: x')
    })

    it.each(['signed-out', 'subject-changed'] as const)(
      'keeps nothing of one that ends as %s',
      async (reason) => {
        const { profile, tab, text, startSession, pages, onSignedOut, said } = await show()
        await acting(() => ends[reason](profile, tab))
        expect(text()).toBe('no session')
        expect(pages).toEqual(['mounted', 'unmounted'])
        expect(onSignedOut.mock.calls).toMatchObject([[{ reason }]])
        await startSession('ada')
        expect(text()).toBe('typed: ')
        expect(said).toEqual([])
      },
    )

    it('lets the page go when the user signs out after all', async () => {
      const { profile, tab, text, pages, onSignedOut } = await show()
      await acting(() => ends.rejected(profile, tab))
      await acting(() => tab.auth.signOut())
      expect(text()).toBe('no session')
      expect(pages).toEqual(['mounted', 'unmounted'])
      expect(onSignedOut).toHaveBeenCalledTimes(1)
    })

    it.each([
      ['another user', 'ada', 'bob'],
      ['nobody knows whom', 'ada', undefined],
    ])('shows a new page to %s', async (_, before, next) => {
      const { profile, tab, text, startSession, pages } = await show(before)
      await acting(() => ends.rejected(profile, tab))
      await startSession(next)
      expect(text()).toBe('typed: ')
      expect(pages).toEqual(['mounted', 'unmounted', 'mounted'])
    })

    it('shows a new page after one of nobody knows whom, too', async () => {
      const profile = createProfile()
      const tab = await profile.openSignedInTab()
      const mounts: string[] = []
      function Form(): ReactNode {
        useEffect(() => void mounts.push('mounted'), [])
        return 'a form'
      }
      const { text } = await mount(
        within(tab.auth, h(RequireSession, { notice: () => 'over. ' }, h(Form))),
      )
      await acting(() => tab.auth.refresh())
      expect(mounts).toHaveLength(1)
      await acting(() => tab.auth.startSession(profile.server.signIn()))
      expect(mounts).toHaveLength(2)
      await acting(() => ends.rejected(profile, tab))
      expect(text()).toBe('over. a form')
      await acting(() => tab.auth.startSession(profile.server.signIn()))
      expect(mounts).toHaveLength(3)
    })

    it('shows a new page to another user who has taken over without an end', async () => {
      const { text, startSession, pages } = await show()
      await startSession('bob')
      expect(text()).toBe('typed: ')
      expect(pages).toEqual(['mounted', 'unmounted', 'mounted'])
    })

    it.each([
      ['repeats a refused request of the user who is back', 'ada', ['/v2/again']],
      ['repeats nothing of one user as another', 'bob', []],
    ])('%s', async (_, next, repeated) => {
      const profile = createProfile()
      const tab = profile.openTab()
      /** Repeats what was refused as soon as there is a session again. */
      function Order(): ReactNode {
        const status = useSession((state) => state.status)
        const [isRefused, setIsRefused] = useState(false)
        useEffect(() => {
          if (!isRefused || status !== 'signed-in') return
          setIsRefused(false)
          void tab.call('again')
        }, [isRefused, status])
        return h('button', { onClick: () => void tab.call().catch(() => setIsRefused(true)) })
      }
      const begin = (sub: string): Promise<void> =>
        acting(() => tab.auth.startSession(profile.server.signIn({ id_token: idToken({ sub }) })))
      const { click } = await mount(
        within(tab.auth, h(RequireSession, { notice: () => 'over' }, h(Order))),
      )
      await begin('ada')
      await acting(() => ends.rejected(profile, tab))
      await click('button')
      expect(profile.api.requests).toEqual([])
      await begin(next)
      expect(profile.api.requests.map(({ path }) => path)).toEqual(repeated)
    })

    it('tells its notice what becomes of a sign-in', async () => {
      const { profile, tab, said, text } = await show()
      await acting(() => ends.rejected(profile, tab))
      expect(said.at(-1)).toMatchObject({ reason: 'rejected', isPending: false, error: undefined })
      const denied = new Error('denied')
      let refuse = (_: Error): void => {}
      const work = new Promise((_, reject) => {
        refuse = reject
      })
      await acting(() => said.at(-1)?.follow(work))
      expect(said.at(-1)).toMatchObject({ isPending: true })
      await acting(() => refuse(denied))
      expect(said.at(-1)).toMatchObject({ isPending: false, error: denied })
      expect(text()).toBe('over: rejected. typed: x')
    })

    it('begins with its fallback where there never was a page', async () => {
      const { auth } = createProfile().openTab()
      const onSignedOut = vi.fn()
      const { text } = await mount(
        h(
          StrictMode,
          null,
          within(
            auth,
            h(RequireSession, { notice: () => 'over', fallback: 'no session', onSignedOut }),
          ),
        ),
      )
      expect(text()).toBe('no session')
      expect(onSignedOut).toHaveBeenCalledTimes(1)
    })
  })
}
