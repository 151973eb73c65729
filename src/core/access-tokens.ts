import { defined } from './defined.ts'
import { StorageError, disposedError, notRenewable } from './errors.ts'
import { holdAll, refuseOtherSession, type HeldToken, type IssuedToken } from './held-tokens.ts'
import { createLookout, longestLookMs } from './lookout.ts'
import type { AbortSignalLike, Clock } from './ports.ts'
import type { RecordKeeper } from './record-keeper.ts'
import { isRenewable, type Accepts, type Wish } from './refresh-plan.ts'
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
  /** Something may have happened that this tab was not told of: reads storage, and serves nothing before. */
  lookAgain(): Promise<unknown>
  dispose(): void
}

export function createAccessTokens(options: {
  readonly keeper: RecordKeeper
  readonly flight: () => SingleFlight
  readonly clock: Clock
  /** The session's own scope, resource and audience. */
  readonly parameters: TokenParameters
  readonly leewayMs: number
  readonly accepts: Accepts
}): AccessTokens {
  const { keeper, clock, leewayMs } = options
  const wanted = createWantedTokens(options.parameters)
  const lookout = createLookout(keeper, clock)
  const disposal = new Set<(reason: unknown) => void>()
  let held = new Map<TokenKey, HeldToken>()
  let disposed = false

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
      if (verdict !== 'spent') return serve(candidate)
    }
    return obtainByRotation(key, request)
  }

  async function obtainAfterLook(request: AccessTokenRequest): Promise<IssuedToken> {
    await lookout.untilTrusted((look) => wait(look, request.signal))
    return obtainFromSeen(request, clock.now(), clock.monotonic())
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
    { token, issued, diesAtMonotonic }: HeldToken,
    now: number,
    monotonic: number,
    minValidityMs: number | undefined,
  ): Verdict {
    if (!options.accepts(token.tokenType, issued.senderKey)) return 'spent'
    const leftMs = Math.min(remainingMs(token, now), diesAtMonotonic - monotonic)
    return judge(token, leftMs, now, { leewayMs, minValidityMs })
  }

  function renewAhead(key: TokenKey): Promise<unknown> {
    return options.flight().share(wishFor(key, {}, false))
  }

  async function refresh(signal?: AbortSignalLike): Promise<void> {
    if (disposed) throw disposedError()
    await wait(ready, signal)
    if (!keeper.seen()) await wait(atMost(clock, longestLookMs, lookout.look()), signal)
    const record = keeper.seen()
    if (!record) throw new StorageError('STORE_READ', 'Storage does not answer.')
    if (!record.session) throw toSessionEndedError(record)
    if (!isRenewable(record.session)) throw notRenewable()
    await wait(options.flight().share(wishFor(defaultTokenKey, {}, true)), signal)
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

  const ready = atMost(clock, longestLookMs, lookout.look()).catch(() => undefined)

  return {
    ready,
    obtain,
    refresh,
    renewAhead,
    renewable: () =>
      [...held]
        .filter(([key]) => wanted.isKnown(key))
        .map(([key, { token, used }]) => ({ key, token, used })),
    parametersOf: wanted.parametersOf,
    lookAgain() {
      lookout.distrust()
      return lookout.look()
    },
    dispose() {
      disposed = true
      for (const reject of disposal) reject(disposedError())
    },
  }
}
