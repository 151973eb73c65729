import { isObject } from '../core/shape.ts'

/** No silent sign-in takes longer on its way; one in which somebody types may. */
const awayMs = 30_000
/** From the moment in which the callback comes, until its session has begun. */
const arrivingMs = 10_000
/** What came of another tab's sign-in is likely to come of this one's. */
const sameAnswerMs = 60_000

/**
 * What the sign-ins of this browser mean for a tab without a session that wants to go as well: one may
 * still bring its session, or one has just come back without.
 *
 * @param signIns As they lie in storage, where another version of the app may have written them.
 */
export function judgeOthers(signIns: unknown, now: number): 'under-way' | 'over' | 'none' {
  const all: readonly unknown[] = Array.isArray(signIns) ? signIns : []
  const ages = (name: string): number[] =>
    all.filter(isObject).map((signIn) => Math.abs(now - Number(signIn[name] ?? NaN)))
  const back = ages('finishedAt')
  const isUnderWay =
    ages('createdAt').some((age) => age < awayMs) || back.some((age) => age < arrivingMs)
  if (isUnderWay) return 'under-way'
  return back.some((age) => age < sameAnswerMs) ? 'over' : 'none'
}
