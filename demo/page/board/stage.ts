import type { Conditions, SharedConditions } from '../shared/conditions.ts'
import type { Facts } from '../shared/facts.ts'
import type { SignInEnd } from '../shared/tab-snapshot.ts'
import type { OrderForm } from './order-form.ts'
import type { Counters, Servers } from './servers.ts'
import type { TabEntry, Tabs } from './tabs.ts'

const loadWithinMs = 10_000
const hearWithinMs = 10_000
const signInWithinMs = 15_000

/** Everything that a button may act on, and what several of them do. */
export interface Stage {
  readonly facts: Facts
  readonly tabs: Tabs
  readonly servers: Servers
  readonly conditions: SharedConditions
  /** What a visitor has half written in this page. */
  readonly orderForm: OrderForm
  /** Changes the conditions, and waits until every tab knows: what it is told afterwards, it does under these. */
  impose(change: Partial<Conditions>): Promise<void>
  /** The access token runs out, in all tabs and at the servers. */
  expire(): Promise<void>
  /** Every open tab calls the API so often; what came of it, in words. */
  callEverywhere(timesEach: number): Promise<string>
  /**
   * Signs in as this user in a frame, without a login page, and waits until all tabs know. Whether
   * that succeeded.
   */
  signInAs(user: 'ada' | 'grace', entry?: TabEntry): Promise<boolean>
  /** Signs in as Ada if any tab is signed out. Rejects if there is no session in all tabs then. */
  keepSession(): Promise<void>
  /** Ends everything that lasts: faults of the servers, and those of this browser. */
  release(): Promise<void>
}

export function createStage(
  parts: Pick<Stage, 'facts' | 'tabs' | 'servers' | 'conditions' | 'orderForm'>,
): Stage {
  const { facts, tabs, servers, conditions } = parts
  const client = facts.clientId

  async function signInAs(
    user: 'ada' | 'grace',
    entry = tabs.open.value.find(({ kind }) => kind === 'frame'),
  ): Promise<boolean> {
    if (entry === undefined) return false
    const since = Date.now()
    const { lane } = entry
    tabs.send(lane, { type: 'sign-in', user })
    const endIn = (open: readonly TabEntry[]): SignInEnd | undefined => {
      const end = open.find((tab) => tab.lane === lane)?.snapshot?.signIn
      return end && end.endedAt >= since ? end : undefined
    }
    await tabs.until((open) => endIn(open) !== undefined, signInWithinMs)
    const end = endIn(tabs.open.value)
    if (end === undefined || end.problem !== undefined) return false
    const name = user === 'ada' ? 'Ada' : 'Grace'
    return tabs.until((open) => open.every((tab) => isUsedBy(tab, name)), signInWithinMs)
  }

  async function impose(change: Partial<Conditions>): Promise<void> {
    conditions.set(change)
    const names = Object.keys(change) as (keyof Conditions)[]
    const knows = ({ snapshot }: TabEntry): boolean =>
      names.every((name) => snapshot?.conditions[name] === change[name])
    // One that is frozen does not hear of it.
    await tabs.until((open) => open.every(knows), hearWithinMs)
  }

  return {
    ...parts,
    signInAs,
    impose,
    async keepSession() {
      await tabs.until((open) => open.every(isLoaded), loadWithinMs)
      const isThere = (): boolean => tabs.open.value.every(isSignedIn)
      if (!isThere()) await signInAs('ada')
      if (!isThere()) throw new Error('There is no session in all tabs, and a sign-in gave none.')
    },
    async expire() {
      await servers.authorizationServer.turn('revoke-access-tokens', { client })
      // Long enough also for everything that the tabs remember for half a minute.
      const passedMs = Math.max(facts.accessTokenTtlSeconds, 31) * 1_000
      await impose({ elapsedMs: conditions.get().elapsedMs + passedMs })
    },
    async callEverywhere(times) {
      return tally(await tabs.orderAll({ type: 'call', times }))
    },
    async release() {
      // First, and at once: this may be the last thing that the page does.
      conditions.set({ offlineUntil: 0 })
      await Promise.all([servers.authorizationServer.release(), servers.api.release()])
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
  if (snapshot?.state.status !== 'signed-in') return false
  const { user } = snapshot.state
  // Without an ID token nobody knows.
  return user.startsWith(name) || user === 'somebody'
}
