import { expect, it } from 'vitest'
import { createFakeAuthorizationServer } from '../../src/testing/fake-authorization-server.ts'
import { quiet, type Step } from '../../src/testing/steps.ts'
import { createVirtualTabs, type VirtualTabs } from '../../src/testing/virtual-tabs.ts'

type Held = (step: Step) => boolean

const isReply: Held = ({ kind }) => kind === 'reply'

/** Runs every step but those that are held back. */
async function settle(browser: VirtualTabs, isHeld: Held = () => false): Promise<void> {
  await quiet()
  for (;;) {
    const next = browser.steps.ready().find((step) => !isHeld(step))
    if (!next) return
    await browser.run(next)
  }
}

async function pass(browser: VirtualTabs, ms: number, isHeld?: Held): Promise<void> {
  await settle(browser, isHeld)
  for (let leftMs = ms; leftMs > 0; await settle(browser, isHeld)) {
    leftMs -= Math.max(1, browser.pass(leftMs))
  }
}

/** A server that answers a spent refresh token again, and revokes what it has given for it before. */
function lastReplayWins(): ReturnType<typeof createFakeAuthorizationServer> {
  const server = createFakeAuthorizationServer()
  let parent: string | undefined
  let live: string | undefined
  let count = 0
  server.answerAlways(({ parameters }) => {
    const presented = parameters.get('refresh_token') ?? ''
    parent ??= presented
    if (presented !== parent && presented !== live) {
      return Response.json({ error: 'invalid_grant' }, { status: 400 })
    }
    if (presented === live) parent = live
    count += 1
    live = `refresh-of-request-${count}`
    return Response.json({
      access_token: `access-of-request-${count}`,
      token_type: 'Bearer',
      expires_in: 2,
      refresh_token: live,
    })
  })
  return server
}

const cases = [true, false].flatMap((locks) =>
  [true, false].map((earlierFirst) => ({ locks, earlierFirst })),
)

it.each(cases)(
  'of two replies to one refresh token the later claimed is kept, though its page is gone: %j',
  async ({ locks, earlierFirst }) => {
    const server = lastReplayWins()
    const browser = createVirtualTabs({ courier: true, server, locks })
    const patient = { tokenRequestTimeoutMs: 40_000 }
    const earlier = browser.openTab({ ...patient, courier: undefined })
    const begun = earlier.auth.startSession(server.signIn({ expires_in: 1 }))
    await settle(browser)
    await begun
    await pass(browser, 10_000)
    earlier.auth.refresh().catch(() => {})
    await settle(browser, isReply)
    earlier.putAway()
    const later = browser.openTab(patient)
    later.auth.refresh().catch(() => {})
    await pass(browser, locks ? 500 : 50_000, isReply)
    expect(server.counts.requests).toBe(2)
    later.kill()

    const landEarlier = async (): Promise<void> => {
      earlier.bringBack()
      await settle(browser, (step) => isReply(step) && step.tab !== earlier)
    }
    if (earlierFirst) await landEarlier()
    await settle(browser, (step) => isReply(step) && step.tab === earlier)
    if (!earlierFirst) await landEarlier()
    earlier.kill()

    await pass(browser, 30_000)
    const next = browser.openTab()
    const token = next.auth.getAccessToken()
    token.catch(() => {})
    await pass(browser, 60_000)
    expect(next.auth.getState().status).toBe('signed-in')
    await token
  },
)
