import type { SessionRecord } from '../../src/core/record/session-record.ts'
import { recordOf } from './promises/ledger.ts'
import type { Moment, Shown } from './promises/moment.ts'

export const nothingChanges = 'nothing changes'

/** What happened, in plain words; nothing for what goes without saying. */
export function describeMoment(moment: Moment): string | undefined {
  const { name } = moment.tab
  switch (moment.type) {
    case 'wrote':
      return describeWrite(name, recordOf(moment.before), recordOf(moment.after))
    case 'refused':
      return 'storage refuses'
    case 'sent':
      return `${name} presents ${moment.request.refreshToken}`
    case 'api-sent':
      return `${name} sends a request with ${moment.token}`
    case 'arrived':
      return moment.status === 200 ? 'server rotates' : `server answers ${moment.status}`
    case 'code-arrived':
      return 'server redeems a code'
    case 'ended':
      return moment.end.kind === 'cut' ? `the request of ${name} is cut` : undefined
    case 'lock-released':
      return moment.held ? `${name} lets the lock go` : undefined
    case 'call':
      return `the app asks ${name}: ${moment.call.kind} (${moment.call.id})`
    case 'call-over':
      return `${name} is done with ${moment.call.kind} (${moment.call.id})${moment.token ? `: ${moment.token}` : ''}`
    case 'shown':
      return `${name} shows ${describeShown(moment.shown)}`
    case 'event':
      return moment.event.type === 'persistence-failed' || moment.event.type === 'dropped'
        ? `${name} reports ${moment.event.type}`
        : undefined
    case 'fate':
    case 'silent':
    case 'read-begun':
    case 'told':
    case 'lock-requested':
    case 'lock-granted':
    case 'api':
    case 'message':
    case 'page-event':
    case 'clock-stepped':
      return undefined
  }
}

function describeShown(shown: Shown): string {
  if (typeof shown === 'string') return shown
  return `the session of ${shown.user ?? 'somebody'} (${shown.family})`
}

function describeWrite(name: string, before: SessionRecord, after: SessionRecord): string {
  const newToken = after.session?.refreshToken
  if (after.revision === before.revision && after.epoch === before.epoch) return nothingChanges
  if (after.epoch !== before.epoch) {
    return after.session ? `${name} begins a session` : `${name} ends the session: ${after.endedBy}`
  }
  if (newToken !== before.session?.refreshToken) return `${name} stores ${newToken}`
  if (after.lease?.tab.startsWith(`${name} `)) {
    return `${name} takes the lease${after.lease.underLock ? '' : ' without the lock'} (unknown ${after.unknown})`
  }
  if (after.failure && after.failure !== before.failure) {
    return `${name} notes a failure: ${after.failure.code}, unknown ${after.unknown}`
  }
  return `${name} gives the lease up`
}
