import type { SharedConditions } from '../shared/conditions.ts'
import type { Facts } from '../shared/facts.ts'
import type { Counters, Servers } from './servers.ts'
import type { TabEntry, Tabs } from './tabs.ts'

const loadWithinMs = 10_000
const signInWithinMs = 15_000

/** Everything that a button may act on, and what several of them do. */
export interface Stage {
  readonly facts: Facts
  readonly tabs: Tabs
  readonly servers: Servers
  readonly conditions: SharedConditions
  /** The access token runs out, in all tabs and at the servers. */
  expire(): Promise<void>
  /** Every open tab calls the API so often; what came of it, in words. */
  callEverywhere(timesEach: number): Promise<string>
  /** Signs in as this user in a frame, without a login page, and waits until all tabs know. */
  signInAs(user: 'ada' | 'grace', entry?: TabEntry): Promise<boolean>
  /** Signs in as Ada if any tab is signed out. */
  keepSession(): Promise<unknown>
  /** All servers behave again. */
  mend(): Promise<void>
}

export function createStage(
  parts: Pick<Stage, 'facts' | 'tabs' | 'servers' | 'conditions'>,
): Stage {
  const { facts, tabs, servers, conditions } = parts
  const client = facts.clientId

  async function signInAs(
    user: 'ada' | 'grace',
    entry = tabs.open.value.find(({ kind }) => kind === 'frame'),
  ): Promise<boolean> {
    if (entry === undefined) return false
    const since = Date.now()
    tabs.send(entry.lane, { type: 'sign-in', user })
    const name = user === 'ada' ? 'Ada' : 'Grace'
    const isBack = ({ lane, snapshot }: TabEntry): boolean =>
      lane !== entry.lane || (snapshot?.loadedAt ?? 0) > since
    return tabs.until(
      (open) => open.every((tab) => isUsedBy(tab, name) && isBack(tab)),
      signInWithinMs,
    )
  }

  return {
    ...parts,
    signInAs,
    async keepSession() {
      await tabs.until((open) => open.every(isLoaded), loadWithinMs)
      if (!tabs.open.value.every(isSignedIn)) await signInAs('ada')
    },
    async expire() {
      const since = Date.now()
      await servers.authorizationServer('revoke-access-tokens', { client })
      // Long enough also for everything that the tabs remember for half a minute.
      const passedMs = Math.max(facts.accessTokenTtlSeconds, 31) * 1_000
      conditions.set({ elapsedMs: conditions.get().elapsedMs + passedMs })
      await tabs.until((open) => open.every(({ snapshot }) => (snapshot?.at ?? 0) >= since), 2_000)
    },
    async callEverywhere(times) {
      return tally(await tabs.orderAll({ type: 'call', times }))
    },
    async mend() {
      await servers.authorizationServer('behave')
      await servers.authorizationServer('grace', { ms: 0 })
      await servers.api('behave', { rejectAll: false })
      conditions.set({ offline: false })
    },
  }
}

/** How often each outcome occurred: `60 × 200, 2 × RATE_LIMITED`. */
export function tally(outcomes: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  return [...counts].map(([outcome, count]) => `${count} × ${outcome}`).join(', ') || 'no request'
}

/** By how much a counter has grown. */
export function growth(before: Counters, after: Counters, name: string): number {
  return (after[name] ?? 0) - (before[name] ?? 0)
}

/** Whether it is known who is signed in there. */
function isLoaded({ snapshot }: TabEntry): boolean {
  return snapshot !== undefined && snapshot.state.status !== 'restoring'
}

export function isSignedIn({ snapshot }: TabEntry): boolean {
  return snapshot?.state.status === 'signed-in'
}

export function isSignedOut({ snapshot }: TabEntry): boolean {
  return snapshot?.state.status === 'signed-out'
}

function isUsedBy({ snapshot }: TabEntry, name: string): boolean {
  return snapshot?.state.status === 'signed-in' && snapshot.state.user.startsWith(name)
}
