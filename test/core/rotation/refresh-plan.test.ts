import { describe, expect, it } from 'vitest'
import {
  planRefresh,
  type PlanContext,
  type Wish,
} from '../../../src/core/rotation/refresh-plan.ts'
import {
  blankRecord,
  type Session,
  type SessionRecord,
} from '../../../src/core/record/session-record.ts'
import type { TokenSet } from '../../../src/core/record/token-set.ts'

const now = 10_000_000
const expired: TokenSet = {
  accessToken: 'old',
  tokenType: 'Bearer',
  generation: 4,
  receivedAt: now - 400_000,
  expiresAt: now - 100_000,
}
const fresh: TokenSet = {
  ...expired,
  accessToken: 'new',
  generation: 5,
  receivedAt: now - 10_000,
  expiresAt: now + 290_000,
}
const session: Session = { refreshToken: 'r', startedAt: 1, tokens: { default: expired } }
const record: SessionRecord = { ...blankRecord, revision: 7, epoch: 3, generation: 4, session }
const renewed: SessionRecord = {
  ...record,
  generation: 5,
  session: { ...session, tokens: { default: fresh } },
}
const wish: Wish = {
  key: 'default',
  parameters: {},
  newerThan: { epoch: 3, generation: 4 },
  need: { leewayMs: 60_000 },
  explicit: false,
}
const context: PlanContext = {
  now,
  tab: 'me',
  lockHeld: true,
  leaseMs: 15_000,
  onlineAt: 0,
  accepts: () => true,
}
const peersLease = { tab: 'peer', takenAt: now - 1_000, until: now + 14_000, underLock: true }
const failure = {
  kind: 'transient',
  code: 'NETWORK',
  attempt: 2,
  failedAt: now - 1_000,
  until: now + 9_000,
} as const

describe('planRefresh', () => {
  it('adopts no token that this tab may not send', () => {
    const bound: PlanContext = { ...context, accepts: (tokenType) => tokenType === 'DPoP' }
    expect(planRefresh(renewed, wish, bound)).toMatchObject({ kind: 'refresh' })
    const { refreshToken: _, ...unrenewable } = renewed.session ?? session
    expect(planRefresh({ ...renewed, session: unrenewable }, wish, bound)).toEqual({
      kind: 'not-renewable',
      ended: 'key-lost',
    })
  })

  it('refreshes when the token has run out and nobody is at it', () => {
    expect(planRefresh(record, wish, context)).toMatchObject({ kind: 'refresh', unknown: 0 })
  })

  it('leaves the count of unknown outcomes as it is when it adds none', () => {
    const after = { ...record, unknown: 2 }
    expect(planRefresh(after, wish, context)).toMatchObject({ kind: 'refresh', unknown: 2 })
  })

  it('adopts the token a peer wrote meanwhile', () => {
    expect(planRefresh(renewed, wish, context)).toEqual({ kind: 'adopt', token: fresh })
  })

  it('does not adopt what the caller already had, however long it lives by the wall clock', () => {
    const had = { ...wish, newerThan: { epoch: 3, generation: 5 } }
    expect(planRefresh(renewed, had, context).kind).toBe('refresh')
  })

  it('does not adopt the very token that was rejected', () => {
    const rejected = { ...wish, rejected: { accessToken: 'new', resourceServer: 'api' } }
    expect(planRefresh(renewed, rejected, context).kind).toBe('refresh')
  })

  it('adopts from a newer session even if its generation is not higher', () => {
    const other = { ...wish, newerThan: { epoch: 2, generation: 9 } }
    expect(planRefresh(renewed, other, context).kind).toBe('adopt')
  })

  it('refreshes a second token set of the session, whose first is fresh', () => {
    expect(planRefresh(renewed, { ...wish, key: 'other' }, context).kind).toBe('refresh')
  })

  it('stops when there is no session', () => {
    expect(planRefresh(blankRecord, wish, context)).toEqual({ kind: 'signed-out' })
  })

  it('ends a session that has neither a refresh token nor a living access token', () => {
    const bare = { ...record, session: { startedAt: 1, tokens: { default: expired } } }
    expect(planRefresh(bare, wish, context)).toEqual({ kind: 'not-renewable', ended: 'expired' })
  })

  it('keeps a session without a refresh token while an access token lives', () => {
    const bare = { ...record, session: { startedAt: 1, tokens: { default: fresh } } }
    const had = { ...wish, newerThan: { epoch: 3, generation: 5 } }
    expect(planRefresh(bare, had, context)).toEqual({ kind: 'not-renewable' })
  })

  describe('with a lease of another tab', () => {
    const leased = { ...record, lease: peersLease, unknown: 0 }

    it('goes on at once when it was taken under the lock that this tab now holds', () => {
      expect(planRefresh(leased, wish, context)).toMatchObject({ kind: 'refresh', unknown: 1 })
    })

    it('waits it out when this tab does not hold the lock', () => {
      const without = { ...context, lockHeld: false }
      expect(planRefresh(leased, wish, without)).toEqual({ kind: 'wait', until: now + 14_000 })
    })

    it('waits it out when it was taken without the lock', () => {
      const loose = { ...leased, lease: { ...peersLease, underLock: false } }
      expect(planRefresh(loose, wish, context).kind).toBe('wait')
    })

    it('goes on when it has run out, and counts an unknown outcome', () => {
      const stale = {
        ...leased,
        lease: { ...peersLease, takenAt: now - 20_000, until: now - 5_000 },
      }
      const without = { ...context, lockHeld: false }
      expect(planRefresh(stale, wish, without)).toMatchObject({ kind: 'refresh', unknown: 1 })
    })

    it('takes a lease from the future for one that has run out', () => {
      const future = {
        ...leased,
        lease: { ...peersLease, takenAt: now + 60_000, until: now + 75_000 },
      }
      expect(planRefresh(future, wish, { ...context, lockHeld: false }).kind).toBe('refresh')
    })
  })

  it('takes its own lease for dead, since nothing of its own is in flight', () => {
    const own = { ...record, lease: { ...peersLease, tab: 'me' } }
    expect(planRefresh(own, wish, context)).toMatchObject({ kind: 'refresh', unknown: 0 })
  })

  describe('with a hold-off', () => {
    const heldOff: SessionRecord = { ...record, failure }

    it('waits', () => {
      expect(planRefresh(heldOff, wish, context)).toEqual({ kind: 'hold-off', failure })
    })

    it('adopts all the same', () => {
      expect(planRefresh({ ...renewed, failure }, wish, context).kind).toBe('adopt')
    })

    it('goes on when the network has come back since, if the network made it', () => {
      const online = { ...context, onlineAt: now }
      for (const code of ['NETWORK', 'TIMEOUT']) {
        const cut: SessionRecord = { ...record, failure: { ...failure, code } }
        expect(planRefresh(cut, wish, online).kind).toBe('refresh')
        expect(planRefresh(cut, wish, { ...online, onlineAt: failure.failedAt }).kind).toBe(
          'hold-off',
        )
      }
      const asked: SessionRecord = {
        ...record,
        failure: { ...failure, code: 'SERVER_UNAVAILABLE' },
      }
      expect(planRefresh(asked, wish, online).kind).toBe('hold-off')
    })

    it('ends a halt on an explicit refresh only', () => {
      const halted: SessionRecord = { ...record, failure: { ...failure, kind: 'configuration' } }
      expect(planRefresh(halted, wish, context).kind).toBe('hold-off')
      expect(planRefresh(halted, { ...wish, explicit: true }, context).kind).toBe('refresh')
      expect(planRefresh(heldOff, { ...wish, explicit: true }, context).kind).toBe('hold-off')
    })
  })
})
