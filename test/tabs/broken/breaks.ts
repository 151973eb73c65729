import { redemptionDuringSignOut, twoTabs } from '../walks.ts'
import type { Break } from './break.ts'
import type { Change } from './load-broken.ts'
import { courierBreaks } from './courier-breaks.ts'
import { askerBreaks } from './asker-breaks.ts'
import { frugalityBreaks } from './frugality-breaks.ts'
import { silenceBreaks } from './silence-breaks.ts'

const rotation = 'core/rotation/rotation.ts'
const claim = 'core/rotation/claim.ts'
const compareAndSet: Change = {
  file: claim,
  find: '(isSameRecord(current, record) ? current : undefined)',
  replace: 'current',
}
const rereading: Change = {
  file: rotation,
  find: '(await itsTurn(lock, wish)) ?? (await keeper.read())',
  replace: '(await itsTurn(lock, wish)) ?? keeper.seen() ?? (await keeper.read())',
}

const lastComparison: Change = { file: claim, find: ' && isCurrent', replace: '' }

/** Every one of these must be found out, or the schedules prove nothing. */
export const breaks: Readonly<Record<string, Break>> = {
  ...frugalityBreaks,
  ...askerBreaks,
  ...silenceBreaks,
  ...courierBreaks,
  'no compare-and-set: a lease is written over whatever is there': {
    changes: [compareAndSet],
    promise: 'one spend (1)',
    walk: twoTabs({ wish: 'a refresh', locks: false, channel: true }),
  },
  'an announcement goes out before the commit': {
    changes: [
      {
        file: 'core/record/record-keeper.ts',
        find: '      const { record, before, result } = await update\n',
        replace: `      if (durable && newest) options.onNews(newest, newest)
      const { record, before, result } = await update
`,
      },
      {
        file: 'core/record/record-keeper.ts',
        find: '      tell(record, before)\n',
        replace: '',
      },
    ],
    promise: 'no waiting for time',
    walk: twoTabs({ wish: 'a refresh', locks: false, channel: true }),
  },
  'the record is not read again under the lock, and compared neither then nor before sending': {
    changes: [rereading, compareAndSet, lastComparison],
    promise: 'one spend (1)',
    walk: twoTabs({ wish: 'a refresh', locks: true, channel: false }),
  },
  'the lease of another tab is never checked': {
    changes: [
      {
        file: 'core/rotation/refresh-plan.ts',
        find: 'if (displaces && isLeaseRunning) {',
        replace: 'if (displaces && isLeaseRunning && now < 0) {',
      },
    ],
    promise: 'one spend (1)',
    walk: twoTabs({ wish: 'a refresh', locks: false, channel: true }),
  },
  'the lease is not checked before sending': {
    changes: [
      {
        file: claim,
        find: 'return lasts && lockKept &&',
        replace: 'return (lasts || true) && lockKept &&',
      },
    ],
    promise: 'one spend (1)',
    walk: twoTabs({
      wish: 'a refresh',
      locks: false,
      channel: false,
      fault: 'tab 1 is frozen',
      timeMayPass: true,
    }),
  },
  'the lock is not checked before sending': {
    changes: [
      {
        file: claim,
        find: 'return lasts && lockKept &&',
        replace: 'return lasts && (lockKept || true) &&',
      },
    ],
    promise: 'one spend (1)',
    walk: twoTabs({
      wish: 'a refresh',
      locks: true,
      channel: true,
      fault: 'tab 1 loses its lock',
      timeMayPass: true,
    }),
  },
  'a late reply is saved whatever has become of the session': {
    changes: [
      {
        file: 'core/rotation/save-reply.ts',
        find: 'isWelcome(current, claim) ? change(current, current.session) : undefined',
        replace: 'change(current, claim.session)',
      },
    ],
    promise: 'signed out means signed out (4)',
    walk: twoTabs({
      wish: 'a refresh',
      locks: true,
      channel: true,
      fault: 'tab 1 signs out',
    }),
  },
  'a code that was redeemed before a sign-out begins a session': {
    changes: [
      {
        file: 'core/session/session-lifecycle.ts',
        find: 'isOvertaken = fence.isPassed(current)',
        replace: 'isOvertaken = false',
      },
    ],
    promise: 'signed out means signed out (4)',
    walk: redemptionDuringSignOut({ andIn: false }),
  },
  'a session that was begun in between hides a sign-out from a code that is redeemed': {
    changes: [
      {
        file: 'core/record/record-changes.ts',
        find: '    signedOutEpoch: record.signedOutEpoch,\n',
        replace: '',
      },
    ],
    promise: 'signed out means signed out (4)',
    walk: redemptionDuringSignOut({ andIn: true }),
  },
  'a reply is saved in a session that was begun after it was sent, with the same refresh token': {
    changes: [
      {
        file: 'core/rotation/reply-fence.ts',
        find: 'return epoch === record.epoch && session',
        replace: 'return session',
      },
    ],
    promise: 'signed out means signed out (4)',
    walk: twoTabs({
      wish: 'a refresh',
      locks: true,
      channel: true,
      fault: 'tab 1 signs alice in again, with the same refresh token',
    }),
  },
  'a tab sends for a session of which it knows that it is over': {
    changes: [lastComparison],
    promise: 'signed out means signed out (4)',
    walk: twoTabs({
      wish: 'a refresh',
      locks: true,
      channel: true,
      fault: 'tab 1 signs out',
    }),
  },
  'the refresh token is read from memory': {
    changes: [
      {
        file: 'core/rotation/send.ts',
        find: '  return async (claim, wish) => {\n',
        replace: '  let remembered: string | undefined\n  return async (claim, wish) => {\n',
      },
      {
        file: 'core/rotation/send.ts',
        find: 'refreshToken: session.refreshToken,',
        replace: 'refreshToken: (remembered ??= session.refreshToken),',
      },
    ],
    promise: 'one spend (1)',
  },
  'a commit compares the lease': {
    changes: [
      {
        file: 'core/rotation/save-reply.ts',
        find: '      isWelcome(current, claim) ?',
        replace: `      current.lease?.takenAt === claim.lease.takenAt &&
      current.lease.tab === claim.lease.tab &&
      isWelcome(current, claim) ?`,
      },
    ],
    promise: 'newest token kept (3)',
    seed: 72,
  },
  'a tab whose reply storage refuses goes back to what is stored': {
    changes: [
      {
        file: 'core/rotation/save-reply.ts',
        find: 'if (isOver || !keeper.carryOn(saved, claim.record.epoch)) return undefined',
        replace: '',
      },
    ],
    promise: 'one spend (1)',
    seed: 49,
  },
  'a refused token is tried again after a while': {
    changes: [
      {
        file: 'core/rotation/settlement.ts',
        find: "        return end(claim, lostOr('rejected', claim.record), outcome.oauth)",
        replace: '        return holdOff(claim, nonceRefused(), {})',
      },
    ],
    promise: 'one spend (1)',
  },
  'a page keeps its lock when it is put away': {
    changes: [
      {
        file: 'core/rotation/lock-until-put-away.ts',
        find: `    putAway = true
    release()`,
        replace: '    putAway = true',
      },
    ],
    promise: 'no waiting for time',
    walk: twoTabs({
      wish: 'a refresh',
      locks: true,
      channel: true,
      fault: 'tab 1 is put away',
    }),
  },
}

/** Taken out alone, this costs a transaction and breaks nothing: the compare-and-set finds it out. */
export const harmless: readonly Change[] = [rereading]
