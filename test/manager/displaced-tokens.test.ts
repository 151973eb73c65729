import { describe, expect, it } from 'vitest'
import type { TokenManagerOptions } from '../../src/index.ts'
import { createProfile, settle, type Profile, type Tab } from '../support/tabs.ts'

const orders = 'https://orders.example/'
const mail = 'https://mail.example/'

interface Stage {
  readonly profile: Profile
  readonly options: Partial<TokenManagerOptions>
  /** What the APIs answer everything with. */
  readonly answers: { all?: number; mail?: number }
  open(): Promise<Tab>
}

/** A server at which only the newest access token of a session lives, and two APIs with one each. */
function createStage(parameters: 'scope' | 'resource'): Stage {
  const profile = createProfile()
  const answers: Stage['answers'] = {}
  profile.server.answerAlways(({ proceed }) => {
    profile.server.revokeAccessTokens()
    return proceed()
  })
  const options: Partial<TokenManagerOptions> = {
    scope: 'orders mail',
    resourceServers: [
      { url: orders, [parameters]: parameters === 'scope' ? 'orders' : orders },
      { url: mail, [parameters]: parameters === 'scope' ? 'mail' : mail },
    ],
    async fetch(input, init) {
      const url = input instanceof Request ? input.url : String(input)
      if (!url.startsWith(orders) && !url.startsWith(mail)) return profile.fetch(input, init)
      const token = new Headers(init?.headers).get('authorization')?.replace('Bearer ', '') ?? ''
      const own = profile.server.accepts(token) ? 200 : 401
      const status = answers.all ?? (url.startsWith(mail) ? answers.mail : undefined) ?? own
      return new Response(null, { status })
    },
  }
  return {
    profile,
    options,
    answers,
    async open() {
      const tab = profile.openTab(options)
      await tab.auth.ready
      return tab
    },
  }
}

async function callInTurn(tabs: readonly Tab[], count: number, init?: RequestInit) {
  const statuses: number[] = []
  for (let call = 0; call < count; call += 1) {
    const tab = tabs[call % tabs.length]
    const response = await tab?.auth.fetch(call % 2 === 0 ? orders : mail, init)
    statuses.push(response?.status ?? 0)
    await settle()
  }
  return statuses
}

describe.each(['scope', 'resource'] as const)(
  'where a refresh kills the older access tokens, two APIs with a %s each',
  (parameters) => {
    it('answer 200 to 38 calls in turn, with one grant a call at most', async () => {
      const { profile, open } = createStage(parameters)
      const tab = await open()
      await tab.auth.startSession(profile.server.signIn(), { scope: 'orders mail' })
      expect(await callInTurn([tab], 38)).toEqual(Array.from({ length: 38 }, () => 200))
      expect(profile.server.counts.grants).toBeLessThanOrEqual(40)
      expect(tab.events).toContainEqual(expect.objectContaining({ type: 'token-displaced' }))
      expect(profile.server.counts.replays).toBe(0)
    })

    it('answer 200 also to two tabs, one for each, and to a body that is sent again', async () => {
      const { profile, open } = createStage(parameters)
      const tabs = [await open(), await open()]
      await tabs[0]?.auth.startSession(profile.server.signIn())
      await settle()
      const init = { method: 'POST', body: 'x' }
      expect(await callInTurn(tabs, 38, init)).toEqual(Array.from({ length: 38 }, () => 200))
      expect(profile.server.counts.replays).toBe(0)
    })

    it('answer 200 when the channel is silent, too', async () => {
      const { profile, options } = createStage(parameters)
      const tabs = [0, 1].map(() => profile.openTab(options, { openChannel: () => undefined }))
      await tabs[0]?.auth.startSession(profile.server.signIn())
      for (const tab of tabs) tab.page.emit('visible')
      await settle()
      expect(await callInTurn(tabs, 38)).toEqual(Array.from({ length: 38 }, () => 200))
    })

    it('that refuse everything cause no storm', async () => {
      const { profile, open, answers } = createStage(parameters)
      const tab = await open()
      await tab.auth.startSession(profile.server.signIn())
      answers.all = 401
      await callInTurn([tab], 100)
      expect(profile.server.counts.grants).toBeLessThanOrEqual(5)
    })

    it('of which one refuses everything cause no storm', async () => {
      const { profile, open, answers } = createStage(parameters)
      const tab = await open()
      await tab.auth.startSession(profile.server.signIn())
      answers.mail = 401
      await callInTurn([tab], 100)
      expect(profile.server.counts.grants).toBeLessThanOrEqual(8)
    })

    it('that begin to refuse everything after they worked cause no storm', async () => {
      const { profile, open, answers } = createStage(parameters)
      const tab = await open()
      await tab.auth.startSession(profile.server.signIn())
      await callInTurn([tab], 10)
      const before = profile.server.counts.grants
      answers.all = 401
      await callInTurn([tab], 100)
      expect(profile.server.counts.grants - before).toBeLessThanOrEqual(8)
    })
  },
)
