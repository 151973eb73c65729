import { SignInError, notLeft } from '../core/errors.ts'
import type { Clock, PageEvents, TabStorage } from '../core/ports.ts'
import type { RecordKeeper } from '../core/record/record-keeper.ts'

const withinMs = 60_000
const most = 4
/** Nobody finds a button and presses it sooner after the page has come. */
const soonestPressMs = 2_000

/** The sign-ins of this tab that nobody asked for, and that no session came of. */
export interface UnaskedSignIns {
  /**
   * Looks at the sign-in that begins in this turn, and returns what counts it when it leaves.
   *
   * @param isOpen This tab has left for the login page, and no callback has come.
   *
   * @throws {SignInError} `NOT_LEFT`: the user has just come back from there. `LOOP`: there were too many.
   */
  begin(isOpen: boolean): () => void
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
    begin(isOpen) {
      if (isAskedFor()) return () => {}
      // A page that the browser has not kept would send him where he does not want to be.
      if (isOpen && pageEvents.isRevisit?.()) throw notLeft('it is here again')
      if (recent().length >= most) {
        throw new SignInError(
          'LOOP',
          'Sign-ins follow each other without a gesture of the user, and no session comes of them: look at redirectUri (does this app call handleRedirect() there?), at errors of the server (perhaps without state), at cookies and clock.',
        )
      }
      return () => tabStorage.set(key, [...recent(), clock.now()].join(' '))
    },
  }
}
