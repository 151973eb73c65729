import { checkedMembers, mustBe, type Rule } from '../core/checked-members.ts'
import { isWord } from '../core/shape.ts'

/** What {@link idle} is told. */
export interface IdleOptions {
  /** A session that nobody has used for so long, in any tab, is over: ms, from a second to a year. */
  readonly afterMs: number
  /**
   * How long before that the state becomes `warning`, less than `afterMs`; 0: never. Default: a minute,
   * or half of `afterMs` where that is less.
   */
  readonly warnBeforeMs?: number | undefined
  /** The events of the page that count as activity. Default: `pointerdown`, `keydown`, `wheel`, `touchstart`. */
  readonly events?: readonly string[] | undefined
}

export type IdleSettings = Required<{ [Name in keyof IdleOptions]: NonNullable<IdleOptions[Name]> }>

const longestMs = 366 * 24 * 3_600_000

const rules: Readonly<Record<keyof IdleOptions, Rule>> = {
  afterMs: [isWithin(1_000, longestMs), `a number of ms from 1000 to ${longestMs}`],
  warnBeforeMs: [isWithin(0, longestMs), 'a number of ms, 0 at least'],
  events: [(value) => Array.isArray(value) && value.every(isWord), 'an array of names of events'],
}

/**
 * The options, checked and complete.
 *
 * @throws {TypeError} Names the option and the rule.
 */
export function parseIdleOptions(options: unknown): IdleSettings {
  const read = checkedMembers('idle options', options, rules, ['afterMs'])
  // An option nobody reads is a typing mistake, and a session that does not end.
  const stranger = Object.keys(options as object).find((name) => !Object.hasOwn(rules, name))
  if (stranger !== undefined) {
    throw mustBe(`idle options.${stranger}`, `one of ${Object.keys(rules).join(', ')}`)
  }
  const { afterMs, warnBeforeMs, events } = read as unknown as IdleOptions
  if (warnBeforeMs !== undefined && warnBeforeMs >= afterMs) {
    throw mustBe('idle options.warnBeforeMs', 'less than afterMs')
  }
  return {
    afterMs,
    warnBeforeMs: warnBeforeMs ?? Math.min(60_000, afterMs / 2),
    events: [...(events ?? ['pointerdown', 'keydown', 'wheel', 'touchstart'])],
  }
}

function isWithin(leastMs: number, mostMs: number) {
  return (value: unknown): boolean =>
    typeof value === 'number' && value >= leastMs && value <= mostMs
}
