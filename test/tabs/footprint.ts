import type { Step } from '../../src/testing/steps.ts'
import type { Moment } from './promises/moment.ts'

/**
 * What a step touches. Two steps that touch nothing in common come to the same in either order, and
 * so does what the keepers of the promises make of them.
 */
export type Footprint = ReadonlySet<string>

/** The footprint of a fault, and of time that passes: everything. */
export const everything: Footprint = new Set(['everything'])

const fromStorage = 'storage, read'
const intoStorage = 'storage, written'

export function footprintOf(step: Step, moments: readonly Moment[]): Footprint {
  return new Set([placeOf(step), ...moments.flatMap(touchedBy)])
}

function placeOf({ kind, tab }: Step): string {
  if (kind === 'storage') return fromStorage
  return kind === 'request' ? 'server' : tab.name
}

/** Keepers compare what is sent and served with what is stored, so that touches storage as well. */
function touchedBy(moment: Moment): readonly string[] {
  switch (moment.type) {
    case 'wrote': {
      const isSame = JSON.stringify(moment.before) === JSON.stringify(moment.after)
      return [isSame ? fromStorage : intoStorage]
    }
    case 'lock-requested':
    case 'lock-granted':
    case 'lock-released':
      return ['lock']
    case 'sent':
    case 'arrived':
      return ['server', fromStorage]
    case 'code-arrived':
    case 'ended':
      return ['server']
    case 'call':
    case 'call-over':
    case 'api-sent':
    case 'message':
    case 'page-event':
      return [fromStorage]
    case 'fate':
    case 'clock-stepped':
      return [...everything]
    // What a tab shows touches nothing but that tab.
    case 'shown':
    case 'read-begun':
    case 'told':
    case 'refused':
    case 'silent':
    case 'api':
    case 'event':
      return []
  }
}

export function areIndependent(one: Footprint, other: Footprint): boolean {
  if (one === everything || other === everything) return false
  const clash = [...one].some(
    (touched) =>
      (other.has(touched) && touched !== fromStorage) ||
      (touched === intoStorage && other.has(fromStorage)) ||
      (touched === fromStorage && other.has(intoStorage)),
  )
  return !clash
}
