import { page } from '../oauth/server-double.ts'
import { failureOf } from './failure.ts'
import { createProfile, settle, type Profile, type Tab } from './tabs.ts'
import { spoilt } from './token-replies.ts'

const blunder = spoilt({ expires_in: 'x' })

/** A whole number below `limit`, the same ones for the same seed. */
export type Below = (limit: number) => number

export interface Schedule {
  readonly profile: Profile
  readonly below: Below
  /** Lets up to `limit` turns of the event loop go by. */
  readonly turns: (limit: number) => Promise<void>
  readonly calls: Promise<unknown>[]
  /** What may happen to a tab at any moment. */
  readonly actions: readonly ((tab: Tab) => unknown)[]
}

function seeded(seed: number): Below {
  let state = (seed * 2_654_435_761) % 2 ** 32
  return (limit) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return Math.floor((state / 2 ** 32) * limit)
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A profile whose server is slow, and fails and blunders now and then. */
export function createSchedule(seed: number, blunders: boolean): Schedule {
  const profile = createProfile({ expiresIn: 120 })
  const below = seeded(seed)
  const calls: Promise<unknown>[] = []
  let flying = 0
  const turns: Schedule['turns'] = async (limit) => {
    for (let left = below(limit + 1); left > 0; left -= 1) await turn()
  }
  profile.server.answerAlways(async (request) => {
    const kind = below(10)
    if (kind === 0) return page(503)
    flying += 1
    const reply = blunders && kind === 1 ? blunder(request) : request.proceed()
    await turns(5)
    // It has yet to be read.
    void settle().then(() => (flying -= 1))
    return reply
  })
  const call = (tab: Tab): unknown => calls.push(failureOf(tab.call()))
  return {
    profile,
    below,
    turns,
    calls,
    actions: [
      call,
      call,
      ({ auth }) => calls.push(failureOf(auth.getAccessToken({ audience: 'x' }))),
      ({ auth }) => calls.push(failureOf(auth.refresh())),
      async () => {
        // Who has been granted the lock gets to know of it before time passes.
        await turn()
        // A request must not outlast its lease: it would be taken for lost.
        if (flying === 0) profile.clock.advance(below(40_000))
      },
      (tab) => tab.page.emit('visible'),
      () => turns(3),
    ],
  }
}

/** Lets the tabs do forty things, then grow calm, and says how they are left. */
export async function playSchedule(
  { profile, below, calls }: Schedule,
  tabs: readonly Tab[],
  actions: Schedule['actions'],
  calmDown: () => void = () => {},
): Promise<{ isOver: boolean; replays: number; states: readonly string[]; timers: number }> {
  for (let step = 0; step < 40; step += 1) {
    const tab = tabs[below(tabs.length)]
    if (tab) await actions[below(actions.length)]?.(tab)
  }
  calmDown()
  for (let step = 0; step < 60; step += 1) {
    profile.clock.advance(2_000)
    await settle()
  }
  for (let look = 0; look < 2; look += 1) {
    for (const tab of tabs) tab.page.emit('visible')
    await profile.pass(100)
  }
  let isOver = false
  void Promise.all(calls).then(() => (isOver = true))
  await settle()
  const states = tabs.map(({ auth }) => auth.getState().status)
  for (const { auth } of tabs) auth.dispose()
  await settle()
  const { replays } = profile.server.counts
  return { isOver, replays, states, timers: profile.clock.timers().length }
}
