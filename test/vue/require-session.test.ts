// @vitest-environment happy-dom
import { defineComponent, h, onMounted, onUnmounted, ref, type Component } from 'vue'
import { describe, expect, it } from 'vitest'
import { RequireSession, type FallbackState, type NoticeState } from '../../src/vue/index.ts'
import { failOnComplaints } from '../support/complaints.ts'
import { idToken } from '../support/id-token.ts'
import { ends } from '../support/session-ends.ts'
import { createProfile } from '../support/tabs.ts'
import { mount, rest } from './mount.ts'

failOnComplaints('warn', 'error')

/** A page of ada's with something typed into it. */
async function show(sub: string | undefined = 'ada', hasNotice = true) {
  const profile = createProfile()
  const tab = profile.openTab()
  const said: NoticeState[] = []
  const pages: string[] = []
  let type = (): void => {}

  const Form = defineComponent(() => {
    const typed = ref('')
    type = () => void (typed.value += 'x')
    onMounted(() => pages.push('mounted'))
    onUnmounted(() => pages.push('unmounted'))
    return () => `typed: ${typed.value}`
  })
  const slots = {
    default: () => h(Form),
    fallback: ({ isPending }: FallbackState) => (isPending ? 'one moment' : 'no session'),
    ...(hasNotice && {
      notice(state: NoticeState) {
        said.push(state)
        return `over: ${state.reason}. `
      },
    }),
  }
  const App = (() => h(RequireSession as Component, null, slots)) as Component
  const { text } = await mount(tab.auth, App)
  async function startSession(of: string | undefined): Promise<void> {
    const more = of === undefined ? {} : { id_token: idToken({ sub: of }) }
    await tab.auth.startSession(profile.server.signIn(more))
    await rest()
  }
  async function end(reason: keyof typeof ends): Promise<void> {
    await ends[reason](profile, tab)
    await rest()
  }
  async function typeMore(): Promise<void> {
    type()
    await rest()
  }
  expect(text()).toBe('no session')
  await startSession(sub)
  await typeMore()
  expect(text()).toBe('typed: x')
  return { profile, tab, text, said, pages, startSession, end, typeMore }
}

describe('RequireSession', () => {
  it('keeps the page under its notice when the session ends by itself', async () => {
    const { text, end, typeMore, startSession, pages } = await show()
    await end('rejected')
    expect(text()).toBe('over: rejected. typed: x')
    await typeMore()
    await startSession('ada')
    expect(text()).toBe('typed: xx')
    expect(pages).toEqual(['mounted'])
  })

  it('keeps nothing without a notice', async () => {
    const { text, end, startSession } = await show('ada', false)
    await end('rejected')
    expect(text()).toBe('no session')
    await startSession('ada')
    expect(text()).toBe('typed: ')
  })

  it.each(['signed-out', 'subject-changed'] as const)(
    'keeps nothing of one that ends as %s',
    async (reason) => {
      const { text, end, startSession, pages, said } = await show()
      await end(reason)
      expect(text()).toBe('no session')
      expect(pages).toEqual(['mounted', 'unmounted'])
      await startSession('ada')
      expect(text()).toBe('typed: ')
      expect(said).toEqual([])
    },
  )

  it('lets the page go when the user signs out after all', async () => {
    const { text, end } = await show()
    await end('rejected')
    await end('signed-out')
    expect(text()).toBe('no session')
  })

  it.each([
    ['another user', 'ada', 'bob'],
    ['nobody knows whom', 'ada', undefined],
  ])('shows a new page to %s', async (_, before, next) => {
    const { text, end, startSession, pages } = await show(before)
    await end('rejected')
    await startSession(next)
    expect(text()).toBe('typed: ')
    expect(pages).toEqual(['mounted', 'unmounted', 'mounted'])
  })

  it('shows a new page to another user who has taken over without an end', async () => {
    const { text, startSession, pages } = await show()
    await startSession('bob')
    expect(text()).toBe('typed: ')
    expect(pages).toEqual(['mounted', 'unmounted', 'mounted'])
  })

  it('tells its notice what becomes of a sign-in', async () => {
    const { end, said } = await show()
    await end('rejected')
    expect(said.at(-1)).toMatchObject({ reason: 'rejected', isPending: false, error: undefined })
    const denied = new Error('denied')
    said.at(-1)?.follow(Promise.reject(denied))
    await rest()
    expect(said.at(-1)).toMatchObject({ isPending: false, error: denied })
  })

  it('shows a new page where nobody knows whose the sessions are that follow one another', async () => {
    const { text, typeMore, startSession } = await show()
    await startSession(undefined)
    await typeMore()
    expect(text()).toBe('typed: x')
    await startSession(undefined)
    expect(text()).toBe('typed: ')
  })

  it('lets be what is no promise', async () => {
    const { end, said } = await show()
    await end('rejected')
    said.at(-1)?.follow(undefined as unknown as Promise<void>)
    await rest()
    expect(said.at(-1)).toMatchObject({ isPending: false, error: undefined })
  })

  it('goes on showing a sign-in that is under way when the user signs out meanwhile', async () => {
    const { end, said, text } = await show()
    await end('rejected')
    said.at(-1)?.follow(new Promise<void>(() => {}))
    await end('signed-out')
    expect(text()).toBe('one moment')
  })

  it('forgets what became of a sign-in once there is a session', async () => {
    const { end, said, startSession } = await show()
    await end('rejected')
    said.at(-1)?.follow(Promise.reject(new Error('denied')))
    await rest()
    await startSession('ada')
    await end('rejected')
    expect(said.at(-1)).toMatchObject({ isPending: false, error: undefined })
  })

  it('forgets what became of an earlier sign-in once another is under way', async () => {
    const { end, said } = await show()
    await end('rejected')
    let fail = (_: Error): void => {}
    said.at(-1)?.follow(new Promise<void>((_, reject) => (fail = reject)))
    said.at(-1)?.follow(new Promise<void>(() => {}))
    fail(new Error('closed'))
    await rest()
    expect(said.at(-1)).toMatchObject({ isPending: true, error: undefined })
  })
})
