import type { TokenManagerEvent } from '../core/events.ts'
import { describeInstant, describeMembers } from './describe-members.ts'

/** An event in one line: its instant, its type, and what else it says. */
export function describeEvent({ at, type, ...said }: TokenManagerEvent): string {
  return `${describeInstant(at)} ${type}${describeMembers(said)}`
}
