import type { FakeAuthorizationServer } from '../../../src/testing/fake-authorization-server.ts'
import type { TabProcess } from '../../../src/testing/steps.ts'
import type { Ledger } from './ledger.ts'
import type { Broken, Keeper, Moment } from './moment.ts'

export interface NewestKept extends Keeper {
  /** Called when everything has grown calm. */
  finish(): void
}

/** A refresh token that has reached a page gets to storage, and none is replaced by an older one. */
export function createNewestKept(options: {
  readonly ledger: Ledger
  readonly server: FakeAuthorizationServer
  readonly broken: Broken
}): NewestKept {
  interface Arrived {
    readonly tab: TabProcess
    readonly family: number
    readonly place: number
    /** What a courier had it for. */
    readonly letter?: string
    /** A courier has filed it, so that it outlives everybody. */
    isFiled: boolean
  }
  const { ledger, server } = options
  const broken = (words: string): void => options.broken('newest token kept (3)', words)
  let unsaved: readonly Arrived[] = []
  /** When a user last ended or replaced a session in a tab, whether storage has heard of it or not. */
  const decidedAt = new Map<TabProcess, number>()

  function seeWrite(moment: Moment & { readonly type: 'wrote' }): void {
    const { before, after } = ledger.lastWrite
    const old = server.lineageOf(before.session?.refreshToken ?? '')
    const stored = server.lineageOf(after.session?.refreshToken ?? '')
    if (before.epoch === after.epoch && old && stored && stored.place < old.place) {
      broken(`${moment.tab.name} replaces a refresh token by an older one`)
    }
    const letters = new Map((after.letters ?? []).map((letter) => [letter.id, letter]))
    for (const arrived of unsaved) {
      const letter = arrived.letter === undefined ? undefined : letters.get(arrived.letter)
      const isNewer = stored?.family !== arrived.family || stored.place < arrived.place
      if (arrived.isFiled && !letter && isNewer && before.epoch === after.epoch) {
        broken(
          `${moment.tab.name} removes the answer with token ${arrived.place} before it is used`,
        )
      }
      arrived.isFiled ||= letter?.answer !== undefined
    }
    // A session that was replaced or ended takes its tokens with it.
    unsaved = unsaved.filter(
      ({ family, place }) =>
        before.epoch === after.epoch && stored?.family === family && stored.place < place,
    )
  }

  function seeDropped({ tab }: Moment): void {
    const mine = unsaved.find((arrived) => arrived.tab === tab)
    const stored = server.lineageOf(ledger.lastWrite.after.session?.refreshToken ?? '')
    if (mine && stored?.family === mine.family && stored.place === mine.place - 1) {
      broken(`${tab.name} gives up a token although storage holds the one it came for`)
    }
  }

  return {
    see(moment) {
      if (moment.type === 'event' && moment.event.type === 'dropped') seeDropped(moment)
      if (moment.type === 'wrote') seeWrite(moment)
      // What its user has ended or replaced need not be saved first.
      // Silent storage may put the decision off until the call is over.
      const isDecided =
        (moment.type === 'call' || moment.type === 'call-over') &&
        ['sign-in', 'sign-out', 'redeem'].includes(moment.call.kind)
      const isGone = moment.type === 'fate' && moment.fate === 'killed'
      if (isDecided) decidedAt.set(moment.tab, moment.at)
      if (isDecided || isGone) {
        unsaved = unsaved.filter(({ tab, isFiled }) => tab !== moment.tab || isFiled)
      }
      if (moment.type === 'ended' && moment.end.kind === 'answered') {
        const { body } = moment.end
        const isTokens = typeof body === 'object' && body !== null && 'refresh_token' in body
        const lineage = isTokens ? server.lineageOf(String(body.refresh_token)) : undefined
        // What was sent for a session that is over, or has begun anew, is not kept.
        const claim = ledger.claimBehind(moment.request)
        const isCurrent =
          claim?.epoch === ledger.lastWrite.after.epoch &&
          claim.at > (decidedAt.get(claim.tab) ?? -1)
        const { letter } = moment.request
        if (lineage && isCurrent) {
          const arrived = { tab: moment.tab, ...lineage, isFiled: false }
          unsaved = [...unsaved, letter === undefined ? arrived : { ...arrived, letter }]
        }
      }
    },
    finish() {
      for (const { tab, family, place, isFiled } of unsaved) {
        if (isFiled) continue
        broken(`token ${place} of session ${family} had reached ${tab.name} and is not stored`)
      }
    },
  }
}
