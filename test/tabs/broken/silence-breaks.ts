import type { Break } from './break.ts'

/** What makes a call safe whose outcome nobody knows, taken out. */
export const silenceBreaks: Readonly<Record<string, Break>> = {
  'a tab sends by a claim that it has not heard of': {
    changes: [
      {
        file: 'core/rotation/claim.ts',
        find: '    const claim = await keeper.update<Claim | undefined>((stored) => {',
        replace: `    let tried: Claim | undefined
    const untold = (): Claim => {
      const takenAt = clock.now()
      const lease = { tab, takenAt, until: takenAt + leaseMs, underLock: lock.isHeld() }
      const origin = { generation: refreshTokenGenerationOf(session), claim: 0 }
      return { record: keeper.seen() as SessionRecord, session, lease, takenAtMonotonic: clock.monotonic(), lock, origin }
    }
    const claim = await keeper.update<Claim | undefined>((stored) => {`,
      },
      {
        file: 'core/rotation/claim.ts',
        find: `      return { next, result: taken }
    })`,
        replace: `      tried = taken
      return { next, result: tried }
    }).catch(() => tried ?? untold())`,
      },
    ],
    promise: 'one spend (1)',
  },
  'a reply whose commit was not heard of is forgotten': {
    changes: [
      {
        file: 'core/rotation/save-reply.ts',
        find: 'if (!mayRetry || !keepsLock || isOvertaken) break',
        replace: 'if (mayRetry || !keepsLock || isOvertaken) return undefined',
      },
    ],
    promise: 'newest token kept (3)',
  },
  'a late answer is not heard': {
    changes: [
      {
        file: 'core/record/record-keeper.ts',
        find: 'if (!isPast(stored, order)) remember(whatHolds(stored), order)',
        replace: 'if (!isPast(stored, order)) void stored',
      },
    ],
    promise: 'signed out means signed out (4)',
  },
}
