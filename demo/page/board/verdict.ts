import { counted } from './counted.ts'
import { answered, asked, isAnswer } from './comparison.ts'
import type { StormResult } from './comparison.ts'

/** What a storm came to, in words for somebody who has never heard of rotation. */
export interface Verdict {
  readonly light: 'good' | 'warn' | 'bad'
  readonly headline: string
  readonly sessionsLost: number
  readonly why: string
  /** For each tab, whether it goes on working. */
  readonly tabs: readonly boolean[]
}

export function verdictOf(storm: StormResult): Verdict {
  const { isSessionAlive } = storm
  const failed = asked(storm) - answered(storm)
  return {
    light: !isSessionAlive ? 'bad' : failed > 0 ? 'warn' : 'good',
    headline: isSessionAlive ? 'Signed in' : 'Thrown out',
    sessionsLost: isSessionAlive ? 0 : 1,
    tabs: storm.tabs.map((outcomes) => isSessionAlive && outcomes.every(isAnswer)),
    why: `${whyOf(storm)} ${answered(storm)} of ${asked(storm)} requests answered.`,
  }
}

function whyOf({ grants, replays, isSessionAlive, tabs }: StormResult): string {
  if (isSessionAlive || replays === 0) {
    return `${counted(grants, 'refresh', 'refreshes')} for ${counted(tabs.length, 'tab')}.`
  }
  const used = `${counted(replays, 'used refresh token')} came back`
  return `${used}: to the server, that is a thief.`
}
