import { SignInError, notLeft } from '../core/errors.ts'
import type { Clock, PageEvents, TabStorage } from '../core/ports.ts'
import type { RecordKeeper } from '../core/record/record-keeper.ts'

const withinMs = 60_000
const most = 4
/** That a sign-in left, but none that counts. */
const longAgo = 0
/** Nobody finds a button and presses it sooner after the page has come. */
const soonestPressMs = 2_000

/** The sign-ins of this tab that no session came of; those that nobody asked for are counted. */
export interface UnaskedSignIns {
  /**
   * Looks at the sign-in that begins in this turn, and returns what counts it when it leaves.
   *
   * @throws {SignInError} `NOT_LEFT`: the user has just come back from one. `LOOP`: there were too many.
   */
  begin(): () => void
}

export function createUnaskedSignIns(options: {
  readonly clock: Clock
  readonly pageEvents: PageEvents
  readonly tabStorage: TabStorage
  readonly keeper: RecordKeeper
  readonly key: string
}): UnaskedSignIns {
  const { clock, pageEvents, tabStorage, keeper, key } = options
  const cameAtMonotonic = clock.monotonic()

  keeper.onSeen(({ session, epoch }, before) => {
    if (session && before && epoch !== before.epoch) tabStorage.set(key, undefined)
  })

  /** Where the engine does not tell of gestures, only haste does. */
  function isAskedFor(): boolean {
    return pageEvents.isActivated?.() ?? clock.monotonic() - cameAtMonotonic >= soonestPressMs
  }

  function recent(): readonly string[] {
    const now = clock.now()
    const all = tabStorage.get(key)?.split(' ') ?? []
    return all.filter((at) => Math.abs(now - Number(at)) < withinMs)
  }

  return {
    begin() {
      const isAsked = isAskedFor()
      // A page that the browser has not kept begins anew what its user wanted to get out of.
      if (!isAsked && pageEvents.isRevisit?.() && tabStorage.get(key)) {
        throw notLeft('its user has come back')
      }
      if (!isAsked && recent().length >= most) {
        throw new SignInError(
          'LOOP',
          'Sign-ins follow each other without a gesture of the user, and no session comes of them: look at redirectUri (does this app call handleRedirect() there?), at errors of the server (perhaps without state), at cookies and clock.',
        )
      }
      return () => tabStorage.set(key, [...recent(), isAsked ? longAgo : clock.now()].join(' '))
    },
  }
}
