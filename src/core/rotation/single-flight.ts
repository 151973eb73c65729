import type { Wish } from './refresh-plan.ts'
import type { Rotate } from './rotation.ts'
import type { TokenKey, TokenSet } from '../record/token-set.ts'

export interface SingleFlight {
  /** Joins the rotation that will fulfil the wish, or begins one when those before it are through. */
  share: Rotate
  /** Fulfils when nothing runs any more. */
  idle(): Promise<void>
}

/** One rotation at a time in this tab: several token sets hang on one refresh token. */
export function createSingleFlight(rotate: Rotate): SingleFlight {
  const flights = new Map<TokenKey, { readonly wish: Wish; readonly token: Promise<TokenSet> }>()
  let last: Promise<unknown> = Promise.resolve()

  function share(wish: Wish): Promise<TokenSet> {
    const flight = flights.get(wish.key)
    if (flight && covers(flight.wish, wish)) return flight.token

    const token = last.then(() => rotate(wish))
    flights.set(wish.key, { wish, token })
    last = token
      .catch(() => undefined)
      .then(() => {
        if (flights.get(wish.key)?.token === token) flights.delete(wish.key)
      })
    return token
  }

  return {
    share,
    idle: async () => {
      for (let seen; seen !== last;) await (seen = last)
    },
  }
}

/** Whether the token that `flying` will bring is one that `wanted` takes. */
function covers(flying: Wish, wanted: Wish): boolean {
  return (
    flying.newerThan.epoch === wanted.newerThan.epoch &&
    flying.newerThan.generation >= wanted.newerThan.generation &&
    (flying.need.minValidityMs ?? 0) >= (wanted.need.minValidityMs ?? 0) &&
    (flying.explicit || !wanted.explicit)
  )
}
