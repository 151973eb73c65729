import type { AccessTokenRequest } from './access-token-request.ts'
import { createAskers, type Asker } from './asker.ts'
import { StorageError, disposedError, notRenewable, type TokenError } from '../errors.ts'
import type { Report } from '../events.ts'
import { holdAll, type HeldToken, type IssuedToken } from './held-tokens.ts'
import { createLookout, longestLookMs } from './lookout.ts'
import { createOutlast } from '../rotation/outlast.ts'
import type { Page } from '../page.ts'
import type { AbortSignalLike, Clock } from '../ports.ts'
import type { RecordKeeper } from '../record/record-keeper.ts'
import { isRenewable, type Accepts, type Wish } from '../rotation/refresh-plan.ts'
import { blankRecord, type Session } from '../record/session-record.ts'
import type { SingleFlight } from '../rotation/single-flight.ts'
import {
  defaultTokenKey,
  isMintedFor,
  judgeToken,
  remainingMs,
  type TokenKey,
  type TokenParameters,
  type TokenSet,
  type Verdict,
} from '../record/token-set.ts'
import { atMost } from '../until.ts'
import { createCallers } from './callers.ts'
import { createWantedTokens } from './wanted-tokens.ts'
import { toSessionEndedError } from '../record/record-errors.ts'

type Renewal = Pick<AccessTokenRequest, 'rejected' | 'minValidityMs'>

export interface AccessTokens {
  /** Fulfils when storage was looked at for the first time, whatever came of it. */
  readonly ready: Promise<unknown>
  /** In whose name something is asked for that is asked for now, before anything is waited for. */
  asker(): Asker
  /** Why nothing is to be sent in the name of an asker by now. */
  refusal(asker: Asker): TokenError | undefined
  /**
   * Serves a token of the asker's session: at once if there is a good one, else after a rotation.
   * With `rejected` it is another token than that, or the same one if renewing it makes no sense (it
   * was renewed within the last 30 s because of this server, and no refresh since then can have killed
   * it; or it cannot be renewed).
   */
  obtain(request: AccessTokenRequest): IssuedToken | Promise<IssuedToken>
  /** One rotation of the default token set now, or the one that is running. */
  refresh(signal?: AbortSignalLike): Promise<void>
  /** Renews a token set ahead of its end. */
  renewAhead(key: TokenKey): Promise<unknown>
  /** The token sets that this tab could renew, and whether it has served them since they came. */
  renewable(): readonly {
    readonly key: TokenKey
    readonly token: TokenSet
    readonly used: boolean
  }[]
  /** Something may have happened that this tab was not told of: reads storage, and serves nothing before. */
  lookAgain(): Promise<unknown>
  dispose(): void
}

export function createAccessTokens(options: {
  readonly keeper: RecordKeeper
  readonly flight: SingleFlight
  readonly clock: Clock
  readonly page: Page
  /** How long a call without a usable token outlasts what passes by itself. */
  readonly patienceMs: number
  /** The session's own scope, resource and audience. */
  readonly parameters: TokenParameters
  readonly leewayMs: number
  readonly accepts: Accepts
  readonly report: Report
}): AccessTokens {
  const { keeper, clock, leewayMs } = options
  const wanted = createWantedTokens(options.parameters)
  const lookout = createLookout(keeper, clock)
  const askers = createAskers(keeper)
  const callers = createCallers({ keeper, clock, askers })
  const { wait, stopsOf } = callers
  let held = new Map<TokenKey, HeldToken>()
  let disposed = false
  const { share, outlast, dispose } = createOutlast(options)

  keeper.onSeen((record) => {
    held = holdAll(record, held, clock)
  })

  function obtain(request: AccessTokenRequest): IssuedToken | Promise<IssuedToken> {
    if (disposed) return Promise.reject(disposedError())
    const now = clock.now()
    const monotonic = clock.monotonic()
    const trust = lookout.trust(now, monotonic)
    if (trust === 'none') return obtainAfterLook(request)
    if (trust === 'ageing') lookout.look().catch(() => undefined)
    return obtainFromSeen(request, now, monotonic)
  }

  function obtainFromSeen(
    request: AccessTokenRequest,
    now: number,
    monotonic: number,
  ): IssuedToken | Promise<IssuedToken> {
    const key = wanted.keyOf(request.parameters)
    const candidate = held.get(key)
    if (candidate && candidate.token.accessToken !== request.rejected?.accessToken) {
      const verdict = verdictOn(candidate, now, monotonic, request.minValidityMs)
      if (verdict === 'ageing') renewAhead(key).catch(() => undefined)
      if (verdict !== 'spent') return serve(candidate, request.asker)
    }
    return obtainByRotation(key, request)
  }

  async function obtainAfterLook(request: AccessTokenRequest): Promise<IssuedToken> {
    await lookout.untilTrusted((look, boundMs) => wait(look, request, boundMs))
    return obtainFromSeen(request, clock.now(), clock.monotonic())
  }

  async function obtainByRotation(
    key: TokenKey,
    request: AccessTokenRequest,
  ): Promise<IssuedToken> {
    const { asker, rejected, minValidityMs, signal } = request
    const session = sessionOf(asker)
    const candidate = held.get(key)
    const isRejected =
      rejected !== undefined && candidate?.token.accessToken === rejected.accessToken
    if (isRejected && candidate) {
      const { resourceServer, wasGood } = rejected
      const tried = isMintedFor(candidate.token, resourceServer, clock.now())
      if (tried && wasGood && !isOutdated(candidate)) {
        // Another tab may have spent the refresh token, which this one hears of a moment later.
        const look = lookout.look().catch(() => undefined)
        await wait(look, request, longestLookMs)
      }
      if (held.get(key) !== candidate) return obtain(request)
      const wasKilled = wasGood && isOutdated(candidate)
      if ((tried && !wasKilled) || !isRenewable(session)) return serve(candidate, asker)
      if (wasKilled) options.report({ type: 'token-displaced', resourceServer })
    }
    try {
      const hasSurvivor = (): boolean => !isRejected && servable(key, minValidityMs) !== undefined
      const caller = { ...request, stops: stopsOf(request) }
      if (wanted.isInDoubt(key, session)) {
        await outlast(wishFor(defaultTokenKey, {}, false), caller, hasSurvivor)
      }
      wanted.refuseForeignScope(key, sessionOf(asker))
      await outlast(wishFor(key, request, false), caller, hasSurvivor)
    } catch (error) {
      if (isRejected || disposed || signal?.aborted) throw error
      // Whatever keeps a new token from coming, one that still lives is served.
      const survivor = servable(key, minValidityMs)
      if (!survivor) throw error
      return serve(survivor, asker)
    }
    const minted = held.get(key)
    return minted ? serve(minted, asker) : obtain(request)
  }

  /** The session that this tab knows of, if it is the asker's. */
  function sessionOf(asker: Asker): Session {
    const record = keeper.seen() ?? blankRecord
    const refused = askers.refusal(asker)
    if (refused || !record.session) throw refused ?? toSessionEndedError(record)
    return record.session
  }

  /** Some servers let only the newest access token of a session live. */
  function isOutdated({ token }: HeldToken): boolean {
    return token.generation < (keeper.seen()?.generation ?? 0)
  }

  function servable(key: TokenKey, minValidityMs = 1): HeldToken | undefined {
    const candidate = held.get(key)
    if (!candidate) return undefined
    const verdict = verdictOn(candidate, clock.now(), clock.monotonic(), minValidityMs)
    return verdict === 'spent' ? undefined : candidate
  }

  /** The one place where a token is handed out. */
  function serve(candidate: HeldToken, asker: Asker): IssuedToken | Promise<IssuedToken> {
    const refused = askers.refusal(asker)
    if (refused) return Promise.reject(refused)
    candidate.used = true
    return candidate.issued
  }

  function wishFor(key: TokenKey, request: Renewal, explicit: boolean): Wish {
    const record = keeper.seen()
    return {
      key,
      parameters: wanted.parametersOf(key),
      newerThan: {
        epoch: record?.epoch ?? 0,
        generation: held.get(key)?.token.generation ?? 0,
      },
      rejected: request.rejected,
      need: { leewayMs, minValidityMs: request.minValidityMs },
      explicit,
    }
  }

  function verdictOn(
    { token, issued, diesAtMonotonic }: HeldToken,
    now: number,
    monotonic: number,
    minValidityMs: number | undefined,
  ): Verdict {
    if (!options.accepts(token.tokenType, issued.senderKey)) return 'spent'
    const leftMs = Math.min(remainingMs(token, now), diesAtMonotonic - monotonic)
    return judgeToken(token, leftMs, now, { leewayMs, minValidityMs })
  }

  function renewAhead(key: TokenKey): Promise<unknown> {
    return share(wishFor(key, {}, false))
  }

  async function refresh(signal?: AbortSignalLike): Promise<void> {
    if (disposed) throw disposedError()
    const asker = askers.now()
    const caller = { asker, signal }
    await wait(ready, caller)
    if (!keeper.seen()) await wait(lookout.look(), caller, longestLookMs)
    if (!keeper.seen()) throw new StorageError('STORE_READ', 'Storage does not answer.')
    if (!isRenewable(sessionOf(asker))) throw notRenewable()
    await outlast(wishFor(defaultTokenKey, {}, true), { signal, stops: stopsOf(caller) })
    sessionOf(asker)
  }

  const ready = atMost(clock, longestLookMs, lookout.look(), [callers.onDisposal]).catch(
    () => undefined,
  )

  return {
    ready,
    asker: askers.now,
    refusal: (asker) => (disposed ? disposedError() : askers.refusal(asker)),
    obtain,
    refresh,
    renewAhead,
    renewable: () =>
      [...held]
        .filter(([key]) => wanted.isKnown(key))
        .map(([key, { token, used }]) => ({ key, token, used })),
    lookAgain() {
      lookout.distrust()
      return lookout.look()
    },
    dispose() {
      disposed = true
      dispose()
      callers.dispose()
    },
  }
}
