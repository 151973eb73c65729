import type { IdleParts, IdleSupport } from '../core/session/idle-support.ts'
import { parseIdleOptions, type IdleOptions } from './idle-options.ts'
import { watchSession } from './watch-session.ts'

/** Whether the session is about to end. */
export type IdleState =
  /** There is no session, or it was used a short time ago. */
  | { readonly status: 'quiet' }
  /** It ends at `endsAt`, ms since the epoch, unless somebody does something in one of the tabs. */
  | { readonly status: 'warning'; readonly endsAt: number }

/** The option `idle` of a manager, and what the app shows of it. All methods are bound. */
export interface Idle extends IdleSupport {
  /** The same object until something changed. */
  getState(): IdleState
  /** Calls `listener` at once, then on every change, until the returned function is called. */
  subscribe(listener: (state: IdleState) => void): () => void
  /**
   * Says that the user is here: the answer to a warning, in all tabs, or what no event of the page tells,
   * such as a video that plays. May be called often. A session that is over by then stays over.
   */
  active(): void
}

const quiet: IdleState = { status: 'quiet' }

/**
 * Ends the session once nobody has done anything for too long: `idle: idle({ afterMs })` among the
 * options of `createTokenManager`. Activity in any tab counts for all; renewals, requests and messages
 * between tabs are none. Each manager gets an `idle()` of its own.
 *
 * The end comes in every tab, and before `ready` and before any token where the time passed while the
 * machine slept or the browser was closed. Tokens leave storage, the refresh token is revoked (best
 * effort), the reason is `idle`, and calls reject with a `SessionEndedError` `IDLE`.
 *
 * It touches nothing before `createTokenManager` is called with it, and nothing on a server.
 *
 * @throws {TypeError} An option is wrong, missing or unknown; the message names it and the rule.
 *
 * @example
 *
 * ```ts
 * import { createTokenManager } from 'tokenring'
 * import { idle } from 'tokenring/idle'
 *
 * const inactivity = idle({ afterMs: 15 * 60_000, warnBeforeMs: 2 * 60_000 })
 * const auth = createTokenManager({
 *   authorizationServer: 'https://login.example.com',
 *   clientId: 'spa',
 *   idle: inactivity,
 * })
 * inactivity.subscribe((state) => {
 *   document.body.classList.toggle('about-to-end', state.status === 'warning')
 * })
 * ```
 */
export function idle(options: IdleOptions): Idle {
  const settings = parseIdleOptions(options)
  const listeners = new Set<(state: IdleState) => void>()
  const notes = new Set<() => void>()
  let state = quiet

  function show(endsAt: number | undefined, call: IdleParts['call']): void {
    const shown = state.status === 'warning' ? state.endsAt : undefined
    if (endsAt === shown) return
    const next: IdleState = endsAt === undefined ? quiet : { status: 'warning', endsAt }
    state = next
    for (const listener of listeners) call(() => listener(next))
  }

  function active(): void {
    for (const note of notes) note()
  }

  return {
    getState: () => state,
    subscribe(listener) {
      // The same function may be subscribed twice; each subscription ends by itself.
      const subscription = (next: IdleState): void => listener(next)
      // Of one that throws nothing is left.
      listener(state)
      listeners.add(subscription)
      return () => listeners.delete(subscription)
    },
    active,
    watch(parts) {
      const { note, ...watch } = watchSession(parts, settings, (endsAt) => show(endsAt, parts.call))
      const listening = listenTo(settings.events, note)
      notes.add(note)
      return {
        ...watch,
        dispose() {
          notes.delete(note)
          listening.abort()
          watch.dispose()
        },
      }
    },
  }
}

/** On their way down, since an app may stop them; what a script has made up does not count. */
function listenTo(types: readonly string[], note: () => void): AbortController {
  const listening = new AbortController()
  const how = { capture: true, passive: true, signal: listening.signal }
  if (typeof document === 'undefined') return listening
  for (const type of types) addEventListener(type, (event) => event.isTrusted && note(), how)
  return listening
}
