import type { ServerTrouble, Setting } from './stage.ts'

/** One thing a script does. Numbers are taken modulo what there is to choose from. */
export type Entry =
  | { readonly do: 'step'; readonly pick: number }
  | { readonly do: 'fail' | 'hang' | 'drop-message' | 'double-message'; readonly pick: number }
  /** Storage never answers a call; `decided`: it had the call decide, and did not carry it out. */
  | { readonly do: 'lose-call'; readonly pick: number; readonly decided: boolean }
  | {
      readonly do:
        | 'token'
        | 'other-token'
        | 'fetch'
        | 'refresh'
        | 'sign-out'
        | 'sign-in'
        | 'switch-user'
        | 'redeem'
        | 'kill'
        | 'freeze'
        | 'thaw'
        | 'thaw-silently'
        | 'put-away'
        | 'put-away-without-lock'
        | 'bring-back'
        | 'lose-lock'
        | 'visible'
        | 'online'
      readonly tab: number
    }
  | { readonly do: 'kill-courier' | 'freeze-courier' | 'thaw-courier' }
  | { readonly do: 'open' | 'revoke-access-tokens' | 'revoke-sessions' }
  | { readonly do: 'storage-refuses' | 'api-rejects'; readonly on: boolean }
  | { readonly do: 'answer-next'; readonly how: ServerTrouble }
  | { readonly do: 'pass' | 'step-clock'; readonly ms: number }

export interface Script {
  readonly setting: Setting
  readonly entries: readonly Entry[]
}

type Below = (limit: number) => number

export function seeded(seed: number): Below {
  let state = (seed + 0x9e3779b9) >>> 0
  return (limit) => {
    // Mulberry32: neighbouring seeds give unlike sequences.
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
}

const passes = [40, 300, 300, 2_000, 6_000, 11_000, 16_000, 40_000, 125_000]
const clockSteps = [-3_600_000, -20_000, -5_000, 5_000, 20_000, 3_600_000]

/** What may go wrong, each with its weight. A script draws some of these kinds, not all. */
const troubles: readonly ((below: Below) => readonly Entry[])[] = [
  () => [],
  (below) => [{ do: 'kill', tab: below(16) }, { do: 'open' }],
  (below) => [
    { do: 'freeze', tab: below(16) },
    { do: below(2) ? 'thaw' : 'thaw-silently', tab: below(16) },
  ],
  (below) => [
    { do: below(2) ? 'put-away' : 'put-away-without-lock', tab: below(16) },
    { do: 'bring-back', tab: below(16) },
  ],
  (below) => [{ do: 'lose-lock', tab: below(16) }],
  (below) => [{ do: below(2) ? 'drop-message' : 'double-message', pick: below(256) }],
  (below) => [{ do: 'storage-refuses', on: below(3) === 0 }],
  (below) => [{ do: below(3) ? 'fail' : 'hang', pick: below(256) }],
  (below) => [{ do: 'answer-next', how: ([503, 429, 'unusable'] as const)[below(3)] ?? 503 }],
  (below) => [{ do: 'step-clock', ms: clockSteps[below(clockSteps.length)] ?? 0 }],
  (below) => [
    { do: below(2) ? 'sign-out' : 'sign-in', tab: below(16) },
    { do: below(2) ? 'switch-user' : 'sign-in', tab: below(16) },
  ],
  (below) => [
    { do: 'redeem', tab: below(16) },
    { do: below(3) ? 'sign-out' : below(2) ? 'sign-in' : 'redeem', tab: below(16) },
  ],
  (below) => [{ do: below(4) ? 'revoke-access-tokens' : 'revoke-sessions' }],
  (below) => [{ do: 'api-rejects', on: below(3) === 0 }],
  (below) => [{ do: below(2) ? 'visible' : 'online', tab: below(16) }],
]

const wishes = ['token', 'token', 'fetch', 'fetch', 'refresh', 'other-token'] as const

/**
 * The script of a seed: the same one, whatever the library does. In every second one storage leaves
 * some calls without an answer, many of them in a row now and then.
 */
export function scriptOf(seed: number): Script {
  const { setting, entries } = loudScriptOf(seed)
  const below = seeded(seed + 0x5bd1e995)
  if (below(2) === 0) return { setting, entries }
  const share = [4, 10, 25][below(3)] ?? 4
  const silences = entries.flatMap((entry): Entry[] => {
    if (below(100) >= share) return [entry]
    const call: Entry = { do: 'lose-call', pick: below(256), decided: below(3) === 0 }
    // Nothing shows that a call was lost until time has passed.
    return below(2) ? [call, entry] : [call, entry, { do: 'pass', ms: 6_000 }]
  })
  return { setting, entries: silences }
}

/**
 * The same with a courier, to which something may happen, too; tabs that are killed leave their letters
 * behind, so there are more of those.
 */
export function courierScriptOf(seed: number): Script {
  const { setting, entries } = scriptOf(seed)
  const below = seeded(seed + 0x2545f491)
  const share = [0, 2, 6][below(3)] ?? 0
  const more = [
    (): readonly Entry[] => [{ do: 'kill-courier' }],
    (): readonly Entry[] => [{ do: 'freeze-courier' }],
    (): readonly Entry[] => [{ do: 'thaw-courier' }],
    (): readonly Entry[] => [{ do: 'drop-message', pick: below(256) }],
    (): readonly Entry[] => [
      { do: 'kill', tab: below(16) },
      { do: 'open' },
      { do: 'token', tab: below(16) },
    ],
  ]
  const withCourier = entries.flatMap((entry) =>
    below(100) < share ? [...(more[below(more.length)]?.() ?? []), entry] : [entry],
  )
  return { setting: { ...setting, courier: true }, entries: withCourier }
}

/** The same without a call that storage never answers. */
export function loudScriptOf(seed: number): Script {
  const below = seeded(seed)
  const setting: Setting = {
    tabs: 2 + below(4),
    locks: below(4) > 0,
    channel: below(4) > 0,
    graceful: below(2) > 0,
  }
  const kinds = Array.from({ length: 1 + below(5) }, () => troubles[below(troubles.length)])
  const troubleShare = [3, 6, 12][below(3)] ?? 6
  // Some scripts keep to the order of arrival, for the most part, and some know none.
  const disorder = below(3)
  const entries: Entry[] = []
  const length = 80 + below(200)
  while (entries.length < length) {
    const kind = below(100)
    if (kind < troubleShare) entries.push(...(kinds[below(kinds.length)]?.(below) ?? []))
    else if (kind < 24) {
      entries.push({ do: wishes[below(wishes.length)] ?? 'token', tab: below(16) })
    } else if (kind < 32) entries.push({ do: 'pass', ms: passes[below(passes.length)] ?? 300 })
    else entries.push({ do: 'step', pick: below(3) < disorder ? below(256) : 0 })
  }
  return { setting, entries }
}
