import { defaultTokenKey, type TokenSet } from '../../../src/core/record/token-set.ts'
import type { FakeAuthorizationServer } from '../../../src/testing/fake-authorization-server.ts'
import type { TabProcess } from '../../../src/testing/steps.ts'
import type { Attempt, ClaimSeen, Ledger } from './ledger.ts'
import type { Broken, Call, Grant, Keeper, Moment } from './moment.ts'

/** So long no 401 renews a token that a 401 has renewed. */
const onceMs = 30_000
const longestLookMs = 3_000

/** When a token came to a tab: the number of the moment, its instant, and how often the clock had been set. */
interface Arrival {
  readonly tab: TabProcess
  readonly at: number
  readonly atMs: number
  readonly clockSteps: number
}

/**
 * A token request is made only for a need that nothing in storage meets: a token that is missing or
 * runs out, a `refresh()` that was asked for since, or a 401 to the very token that is stored. And an
 * API that rejects every token costs one grant in 30 s, in all tabs together; one that took a token
 * until another one was fetched may cost one more.
 */
export function createNeeds(options: {
  readonly ledger: Ledger
  readonly server: FakeAuthorizationServer
  /** What the wall clock shows. */
  readonly now: () => number
  readonly broken: Broken
  readonly grant: Grant
}): Keeper {
  const { ledger, server, now, grant } = options
  /** When storage got an access token. */
  const stored = new Map<string, number>()
  /** When a tab got an access token, or asked to begin the session that it came with. */
  const arrived = new Map<string | number, Arrival>()
  const firstTold = new Map<TabProcess, Moment>()
  const firstReadMs = new Map<TabProcess, number>()
  const asksForOther = new Set<TabProcess>()
  const refreshes = new Set<Call>()
  /** Those that have given up, and may have left an attempt under way. */
  const givenUp = new Set<Call>()
  /** The same, whose courier has sent a letter for them: what comes of it may be settled by another tab. */
  const lettersLeft = new Map<TabProcess, Call>()
  /** Those whose last request was lost, which may be sent once more whether or not anybody waits. */
  const lost = new Set<TabProcess>()
  /** Letters whose courier has brought no answer, and that have been sent once more for it. */
  const sentAgain = new Set<Attempt>()
  const rejections = new Map<TabProcess, Set<string>>()
  /** The epoch in which a tab has gone on with what storage refused, be it what a courier has brought. */
  const unsavedIn = new Map<TabProcess, number>()
  /** What the API has taken from a tab. */
  const taken = new Map<TabProcess, Set<string>>()
  /** What follows if a letter is sent. */
  const whenSent = new Map<string, readonly (() => void)[]>()
  /** Claims that nothing but a 401 has led to. */
  const becauseRejected = new WeakSet<ClaimSeen>()
  /** The last renewal because of a 401, and the number of the write that stored it. */
  let renewed: (Arrival & { readonly epoch: number; readonly storedAt: number }) | undefined

  const arrivalAt = ({ tab, at, atMs }: Moment): Arrival => ({
    tab,
    at,
    atMs,
    clockSteps: ledger.clockSteps,
  })

  function seeWrite(moment: Moment & { readonly type: 'wrote' }): void {
    const { before, after } = ledger.lastWrite
    for (const { accessToken } of Object.values(after.session?.tokens ?? {})) {
      if (!stored.has(accessToken)) stored.set(accessToken, moment.at)
    }
    const token = after.session?.tokens[defaultTokenKey]?.accessToken ?? ''
    const isSame = token === before.session?.tokens[defaultTokenKey]?.accessToken
    const claim = ledger.claimOf(moment.tab)
    const came = arrived.get(token)
    if (isSame || !claim || !came || after.epoch !== before.epoch) return
    if (came.tab === moment.tab && becauseRejected.has(claim)) {
      renewed = { ...came, epoch: after.epoch, storedAt: moment.at }
    }
  }

  function arrivalOf(accessToken: string): Arrival | undefined {
    const lineage = server.lineageOf(accessToken)
    return arrived.get(lineage?.place === 0 ? lineage.family : accessToken)
  }

  /** Since when a tab has, or finds in storage, a token. */
  function hasSince(tab: TabProcess, accessToken: string): number {
    const arrival = arrivalOf(accessToken)
    return arrival?.tab === tab ? arrival.at : (stored.get(accessToken) ?? 0)
  }

  /** Whether a tab has begun a session in the very millisecond in which the stored one was begun. */
  function isTied(tab: TabProcess, { accessToken }: TokenSet): boolean {
    const family = server.lineageOf(accessToken)?.family ?? 0
    const begunAtMs = arrived.get(family)?.atMs
    return [...arrived].some(
      ([name, own]) =>
        typeof name === 'number' && name !== family && own.tab === tab && own.atMs === begunAtMs,
    )
  }

  /** Whether a tab had a token of its own that storage refused: it cannot tell which one is newer. */
  function hasUnsaved({ tab, epoch }: ClaimSeen): boolean {
    if (unsavedIn.get(tab) === epoch) return true
    return ledger.attempts.some(
      (attempt) => attempt.tab === tab && attempt.isUnsaved && attempt.claim.epoch === epoch,
    )
  }

  /** Whether a `refresh()` was no longer waiting for the first look when that was answered, but for the next. */
  function wasSilentAtFirst(tab: TabProcess): boolean {
    const readMs = firstReadMs.get(tab) ?? Infinity
    return (firstTold.get(tab)?.atMs ?? 0) - readMs >= longestLookMs
  }

  function isRunningOut({ expiresAt = Infinity, receivedAt }: TokenSet): boolean {
    return expiresAt - now() <= (expiresAt - receivedAt) / 10
  }

  function needsOther(tab: TabProcess, tokens: readonly (readonly [string, TokenSet])[]): boolean {
    const others = tokens.filter(([key]) => key !== defaultTokenKey)
    return asksForOther.has(tab) && others.every(([, token]) => isRunningOut(token))
  }

  /** @param onSent What follows once the refresh token is really presented. */
  function judge(moment: Moment, claim: ClaimSeen, onSent: (then: () => void) => void): void {
    const broken: Broken = (...words) => onSent(() => options.broken(...words))
    const { atMs } = moment
    const { after, tab } = claim
    const wasLost = lost.has(tab)
    onSent(() => lost.delete(tab))
    const tokens = Object.entries(after.session?.tokens ?? {})
    const token = after.session?.tokens[defaultTokenKey]
    // Nobody can tell the age of a token that is older than the time the clock shows.
    const isOfTime = (accessToken: string): boolean =>
      arrivalOf(accessToken)?.clockSteps === ledger.clockSteps
    if (!token || !tokens.every(([, { accessToken }]) => isOfTime(accessToken))) return
    const since = hasSince(tab, token.accessToken)
    const calls = [...refreshes].filter((call) => call.tab === tab)
    const isAskedFor = calls.some(
      ({ begunAt }) => Math.max(begunAt, firstTold.get(tab)?.at ?? 0) > since,
    )
    if (isAskedFor || isRunningOut(token) || needsOther(tab, tokens)) return
    if (wasLost && grant('reply lost')) return
    const unanswered = ledger.attempts.find(
      (attempt) =>
        attempt.request.letter !== undefined &&
        attempt.end === 'flying' &&
        attempt.claim.tab === tab &&
        !sentAgain.has(attempt),
    )
    if (unanswered && grant('reply lost')) {
      onSent(() => sentAgain.add(unanswered))
      return
    }
    // Each may have an attempt of its own under way, one after the other. Where a 401 is a reason as
    // well, nobody can tell whose attempt this is.
    const left = [...givenUp].find((call) => call.tab === tab)
    const isLeftOver = (): boolean => {
      if (!left || !grant('patience was over')) return false
      onSent(() => {
        givenUp.delete(left)
        if (after.lease?.letter !== undefined) lettersLeft.set(tab, left)
      })
      return true
    }
    const isRejected = rejections.get(tab)?.has(token.accessToken) === true
    if (!isRejected && isLeftOver()) return
    if (isTied(tab, token) && grant('decided in the same millisecond')) return
    if (hasUnsaved(claim) && grant('storage refused')) return
    if (calls.length > 0 && wasSilentAtFirst(tab) && grant('storage silent')) return
    if (!isRejected) {
      return broken(
        'one grant for one need',
        `${tab.name} renews a token that nobody needs renewed`,
      )
    }
    becauseRejected.add(claim)
    const isSameSession = renewed?.epoch === after.epoch
    const isSoon = renewed?.clockSteps === ledger.clockSteps && atMs - renewed.atMs < onceMs
    if (!renewed || !isSameSession || !isSoon) return
    // The API took it at first, and since then another token was fetched, which may have killed it.
    const isKilled = token.generation < after.generation
    if (isKilled && taken.get(tab)?.has(token.accessToken)) return
    if (isLeftOver()) return
    // It had the right to send by then, as somebody who had given no sign for a whole lease stored it.
    if (renewed.storedAt < claim.at || !grant('late reply after the lease')) {
      broken('no storm (6)', `${tab.name} renews again what was renewed because of a 401`)
    }
  }

  /** Where another tab settles the letter of an attempt that was left under way, that attempt begins again. */
  function seeSettler({ tab }: ClaimSeen): void {
    lettersLeft.delete(tab)
    for (const call of lettersLeft.values()) givenUp.add(call)
    lettersLeft.clear()
  }

  /** A courier knows of no needs, so its letters are judged as they are written, and count if they are sent. */
  function seeClaim(moment: Moment, claim: ClaimSeen): void {
    const { lease, letters = [] } = claim.after
    const letter = letters.find(({ id, state }) => id === lease?.letter && state === 'posted')
    if (!letter) return
    const all: (() => void)[] = []
    judge(moment, claim, (then) => all.push(then))
    whenSent.set(letter.id, all)
  }

  return {
    see(moment) {
      const { tab } = moment
      switch (moment.type) {
        case 'call': {
          const { kind, audience, family } = moment.call
          if (audience === 'other') asksForOther.add(tab)
          if (kind === 'refresh') refreshes.add(moment.call)
          if (family !== undefined) arrived.set(family, arrivalAt(moment))
          return
        }
        case 'call-over':
          if (refreshes.delete(moment.call) && moment.error === 'RefreshUnavailableError') {
            givenUp.add(moment.call)
          }
          return
        case 'api': {
          const seen = moment.status === 401 ? rejections : taken
          seen.set(tab, (seen.get(tab) ?? new Set()).add(moment.token))
          return
        }
        case 'event': {
          const epoch = ledger.toldTo(tab)?.epoch
          if (moment.event.type === 'persistence-failed' && epoch !== undefined) {
            unsavedIn.set(tab, epoch)
          }
          return
        }
        case 'read-begun':
          if (!firstReadMs.has(tab)) firstReadMs.set(tab, moment.atMs)
          return
        case 'told':
          if (!firstTold.has(tab)) firstTold.set(tab, moment)
          return
        case 'ended': {
          // What a courier gets, the tab has that has claimed the right to it.
          const asker = ledger.claimBehind(moment.request)?.tab ?? tab
          if (moment.end.kind === 'cut') lost.add(asker)
          const body = moment.end.kind === 'answered' ? moment.end.body : undefined
          const isToken = typeof body === 'object' && body !== null && 'access_token' in body
          if (isToken) arrived.set(String(body.access_token), { ...arrivalAt(moment), tab: asker })
          return
        }
        case 'code-arrived':
          arrived.set(Number(moment.code), arrivalAt(moment))
          return
        case 'wrote': {
          seeWrite(moment)
          const claim = ledger.claimOf(tab)
          if (claim?.at === moment.at) {
            seeSettler(claim)
            seeClaim(moment, claim)
          }
          return
        }
        case 'sent': {
          const claim = ledger.claimBehind(moment.request)
          const { letter } = moment.request
          if (letter !== undefined) whenSent.get(letter)?.forEach((then) => then())
          else if (claim) judge(moment, claim, (then) => then())
          return
        }
        case 'api-sent':
        case 'arrived':
        case 'clock-stepped':
        case 'fate':
        case 'lock-granted':
        case 'lock-released':
        case 'lock-requested':
        case 'message':
        case 'page-event':
        case 'refused':
        case 'shown':
        case 'silent':
          return
      }
    },
  }
}
