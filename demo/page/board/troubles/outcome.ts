import { wait } from '../wait.ts'
import { counted } from '../counted.ts'
import type { Stage } from '../stage.ts'
import type { TabEntry } from '../tabs.ts'

export const recoverWithinMs = 20_000

/** Calls again, as an app in use does, until every tab is served. */
export async function recovered(stage: Stage): Promise<string> {
  const startedAt = performance.now()
  const ask = async (): Promise<string> => {
    const outcomes = await stage.callEverywhere(1)
    const isServed = /^\d+ × 200$/.test(outcomes)
    if (isServed || performance.now() - startedAt > recoverWithinMs) return outcomes
    await wait(500)
    return ask()
  }
  return `Then ${await ask()}. ${states(stage)}`
}

/** How many tabs are in which state: `6 tabs signed in`. */
export function states(stage: Stage): string {
  const words = stage.tabs.open.value.map(({ snapshot }) => {
    const state = snapshot?.state
    if (state?.status === 'signed-in') return `signed in as ${state.user}`
    return state?.status === 'signed-out' ? `signed out (${state.reason})` : 'still loading'
  })
  return [...new Set(words)]
    .map((word) => `${counted(words.filter((other) => other === word).length, 'tab')} ${word}`)
    .join(', ')
}

export function mostSends(stage: Stage): number {
  const sends = stage.tabs.open.value.flatMap(({ snapshot }) =>
    (snapshot?.requests ?? []).map((request) => request.sends),
  )
  return Math.max(0, ...sends)
}

export function hasFreshToken({ snapshot }: TabEntry): boolean {
  return snapshot?.state.status === 'signed-in' && snapshot.state.leftMs > 0
}
