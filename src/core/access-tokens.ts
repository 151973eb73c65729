import { defined } from './defined.ts'
import { SessionEndedError, StorageError, disposedError, notRenewable } from './errors.ts'
import { holdAll, refuseOtherSession, type HeldToken, type IssuedToken } from './held-tokens.ts'
import type { AbortSignalLike, Clock } from './ports.ts'
import type { RecordKeeper } from './record-keeper.ts'
import { isRenewable, type Wish } from './refresh-plan.ts'
import { blankRecord } from './session-record.ts'
import { toSessionEndedError } from './session-state.ts'
import type { SingleFlight } from './single-flight.ts'
import {
  defaultTokenKey,
  isMintedFor,
  judge,
  remainingMs,
  type TokenKey,
  type TokenParameters,
  type TokenSet,
  type Verdict,
} from './token-set.ts'
import { atMost, onAbort, unlessStopped } from './until.ts'
import { createWantedTokens } from './wanted-tokens.ts'

export interface AccessTokenRequest {
  readonly parameters?: TokenParameters | undefined
  readonly minValidityMs?: number | undefined
  /** The token a resource server answered 401 to; that server's name, if known. */
  readonly rejected?: { readonly accessToken: string; readonly resourceServer: string } | undefined
  readonly signal?: AbortSignalLike | undefined
}

export interface AccessTokens {
  /** Fulfils when storage was looked at for the first time, whatever came of it. */
  readonly ready: Promise<unknown>
  /**
   * Serves a token: at once if there is a good one, else after a rotation. With `rejected` it is
   * another token than that, or the same one if renewing it makes no sense (it was renewed within
   * the last 30 s because of this server, or cannot be renewed).
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
  /** What the grant for a token set asks for. */
  parametersOf(key: TokenKey): TokenParameters
  /** Reads storage, together with whoever else is reading it. Rejects with a {@link StorageError}. */
  look(): Promise<unknown>
  /** Every token served from now on rests on a look at storage that begins after this. */
  distrust(): void
  dispose(): void
}

/** How old this tab's view of storage may get while requests are made: a lost message costs no more. */
const lookEveryMs = 10_000
/** Storage that has said nothing for so long is not waited for. */
const longestLookMs = 3_000
/** The two clocks run apart by more than this only if one was set or the machine slept. */
const sleepMs = 5_000

export function createAccessTokens(options: {
  readonly keeper: RecordKeeper
  readonly flight: () => SingleFlight
  readonly clock: Clock
  /** The session's own scope, resource and audience. */
  readonly defaults: TokenParameters
  readonly leewayMs: number
}): AccessTokens {
  const { keeper, clock, leewayMs } = options
  const wanted = createWantedTokens(options.defaults)
  const disposal = new Set<(reason: unknown) => void>()
  let held = new Map<TokenKey, HeldToken>()
  let looking: Promise<unknown> | undefined
  let lookingSince = 0
  let distrusted = false
  let disposed = false
  let lookedAt = { now: clock.now(), monotonic: clock.monotonic() }

  keeper.onSeen((record) => {
    held = holdAll(record, held, clock)
  })

  function obtain(request: AccessTokenRequest): IssuedToken | Promise<IssuedToken> {
    if (disposed) return Promise.reject(disposedError())
    const now = clock.now()
    const monotonic = clock.monotonic()
    const slept = Math.abs(now - lookedAt.now - (monotonic - lookedAt.monotonic)) > sleepMs
    const isOld = monotonic - lookedAt.monotonic > lookEveryMs
    // A message that was lost may have told of a sign-in: nobody is sent to sign in without a look.
    const maySignIn = isOld && !keeper.seen()?.session
    if (distrusted || slept || maySignIn || !keeper.seen()) return obtainAfterLook(request)
    if (isOld) look().catch(() => undefined)
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
      if (verdict !== 'spent') return serve(candidate)
    }
    return obtainByRotation(key, request)
  }

  async function obtainAfterLook(request: AccessTokenRequest): Promise<IssuedToken> {
    const until = clock.monotonic() + longestLookMs
    do {
      const mine = look()
      try {
        await wait(atMost(clock, until - clock.monotonic(), mine), request.signal)
      } catch (error) {
        // Storage that cannot be read does not keep a good token from being served.
        const isFinal = error instanceof SessionEndedError || request.signal?.aborted || disposed
        if (isFinal || !keeper.seen()) throw error
      }
      if (!keeper.seen()) throw new StorageError('STORE_READ', 'Storage does not answer.')
      // Storage that has not answered in time is not waited for again.
      const isSilent = clock.monotonic() - lookingSince >= longestLookMs
      if (looking === mine && isSilent) trust()
      // A doubt that came up meanwhile needs a look of its own.
    } while (distrusted && clock.monotonic() < until)
    lookedAt = { now: clock.now(), monotonic: clock.monotonic() }
    return obtainFromSeen(request, lookedAt.now, lookedAt.monotonic)
  }

  function trust(): void {
    looking = undefined
    distrusted = false
  }

  async function obtainByRotation(
    key: TokenKey,
    request: AccessTokenRequest,
  ): Promise<IssuedToken> {
    const record = keeper.seen()
    if (!record?.session) throw toSessionEndedError(record ?? blankRecord)
    const { id: sessionId, sub } = record.session
    const asking = defined({ epoch: record.epoch, sessionId, sub })
    const { rejected, minValidityMs, signal } = request
    const candidate = held.get(key)
    const isRejected =
      rejected !== undefined && candidate?.token.accessToken === rejected.accessToken
    if (isRejected && candidate) {
      const tried = isMintedFor(candidate.token, rejected.resourceServer, clock.now())
      if (tried || !isRenewable(record.session)) return serve(candidate)
    }
    wanted.refuseForeignScope(key, record.session)
    try {
      await wait(options.flight().share(wishFor(key, request, false)), signal)
    } catch (error) {
      const isOver = keeper.seen()?.epoch !== record.epoch
      if (isRejected || isOver || disposed || signal?.aborted) throw error
      // Whatever keeps a new token from coming, one that still lives is served.
      const survivor = servable(key, minValidityMs)
      if (!survivor) throw error
      return serve(survivor)
    }
    const minted = held.get(key)
    if (!minted) return obtain(request)
    refuseOtherSession(asking, minted.issued)
    return serve(minted)
  }

  function servable(key: TokenKey, minValidityMs = 1): HeldToken | undefined {
    const candidate = held.get(key)
    if (!candidate) return undefined
    const verdict = verdictOn(candidate, clock.now(), clock.monotonic(), minValidityMs)
    return verdict === 'spent' ? undefined : candidate
  }

  function serve(candidate: HeldToken): IssuedToken {
    candidate.used = true
    return candidate.issued
  }

  function wishFor(key: TokenKey, request: AccessTokenRequest, explicit: boolean): Wish {
    const record = keeper.seen()
    return {
      key,
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
    { token, diesAtMonotonic }: HeldToken,
    now: number,
    monotonic: number,
    minValidityMs: number | undefined,
  ): Verdict {
    const leftMs = Math.min(remainingMs(token, now), diesAtMonotonic - monotonic)
    return judge(token, leftMs, now, { leewayMs, minValidityMs })
  }

  function renewAhead(key: TokenKey): Promise<unknown> {
    return options.flight().share(wishFor(key, {}, false))
  }

  async function refresh(signal?: AbortSignalLike): Promise<void> {
    if (disposed) throw disposedError()
    await wait(ready, signal)
    if (!keeper.seen()) await wait(atMost(clock, longestLookMs, look()), signal)
    const record = keeper.seen()
    if (!record) throw new StorageError('STORE_READ', 'Storage does not answer.')
    if (!record.session) throw toSessionEndedError(record)
    if (!isRenewable(record.session)) throw notRenewable()
    await wait(options.flight().share(wishFor(defaultTokenKey, {}, true)), signal)
  }

  /** Reads storage once for everybody who asks meanwhile. */
  function look(): Promise<unknown> {
    if (looking) return looking
    lookedAt = { now: clock.now(), monotonic: clock.monotonic() }
    lookingSince = lookedAt.monotonic
    const mine = keeper.read().finally(() => {
      // A doubt that came up during this look needs another one.
      if (looking === mine) trust()
    })
    looking = mine
    return mine
  }

  function wait<T>(work: Promise<T>, signal: AbortSignalLike | undefined): Promise<T> {
    if (signal?.aborted) {
      work.catch(() => undefined)
      return Promise.reject(signal.reason)
    }
    return unlessStopped(work, [
      onAbort(signal),
      (reject) => {
        disposal.add(reject)
        return () => disposal.delete(reject)
      },
      (reject) =>
        keeper.onSeen((record, before) => {
          if (before?.session && !record.session) reject(toSessionEndedError(record))
        }),
    ])
  }

  const ready = atMost(clock, longestLookMs, look()).catch(() => undefined)

  return {
    ready,
    obtain,
    refresh,
    renewAhead,
    look,
    renewable: () =>
      [...held]
        .filter(([key]) => wanted.isKnown(key))
        .map(([key, { token, used }]) => ({ key, token, used })),
    parametersOf: wanted.parametersOf,
    distrust() {
      distrusted = true
      looking = undefined
    },
    dispose() {
      disposed = true
      for (const reject of disposal) reject(disposedError())
    },
  }
}
