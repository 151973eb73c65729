import { SignInError, notLeft } from '../core/errors.ts'
import type { Clock, PageEvents, TabStorage } from '../core/ports.ts'
import type { RecordKeeper } from '../core/record/record-keeper.ts'
import type { TabSignInMemory } from '../oauth/tab-sign-in.ts'

const withinMs = 60_000
const most = 4
/** Nobody finds a button and presses it sooner after the page has come. */
const soonestPressMs = 2_000

/** The sign-ins of this tab that nobody asked for, and that no session came of. */
export interface UnaskedSignIns {
  /**
   * Looks at the sign-in that begins in this turn, and returns what counts it when it leaves.
   *
   * @throws {SignInError} `NOT_LEFT`: the user has just come back from there. `LOOP`: there were too many.
   */
  begin(): () => void
}

export function createUnaskedSignIns(options: {
  readonly clock: Clock
  readonly pageEvents: PageEvents
  readonly tabStorage: TabStorage
  readonly keeper: RecordKeeper
  /** What this tab remembers of the sign-in that it has left for: its state, until a callback comes. */
  readonly code: { readonly tab: TabSignInMemory }
  readonly key: string
}): UnaskedSignIns {
  const { clock, pageEvents, tabStorage, keeper, key } = options
  const { tab } = options.code
  const cameAtMonotonic = clock.monotonic()

  keeper.onSeen(({ session, epoch }, before) => {
    if (!session || !before || epoch === before.epoch) return
    tabStorage.set(key, undefined)
    const last = tab.recall()
    // A page on the callback's address still has to know where to go.
    if (last) tab.remember({ ...last, state: undefined })
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
      if (isAskedFor()) return () => {}
      // A page that the browser has not kept would send him where he does not want to be.
      if (tab.recall()?.state !== undefined && pageEvents.isRevisit?.())
        throw notLeft('it is here again')
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
