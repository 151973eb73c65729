import type { TokenManagerEvent } from '../../../src/index.ts'
import type { LaneEvent } from './lane-event.ts'

type Details = LaneEvent['details']

const ofManager: Readonly<Record<TokenManagerEvent['type'], (details: Details) => string>> = {
  'lock-requested': () => 'it asks for the lock, to be the one that refreshes',
  'lock-granted': ({ held, waitedMs }) =>
    held === false
      ? 'it goes on without the lock; the note in storage protects the refresh token'
      : `it has the lock, after ${ms(waitedMs)}; all others wait`,
  claimed: () => 'it has noted in storage that the refresh token is now its own to present',
  sent: ({ generation }) =>
    `the refresh token of generation ${String(generation)} is on its way to the server`,
  committed: ({ generation, tookMs }) =>
    `the new tokens are in storage: generation ${String(generation)}, after ${ms(tookMs)}`,
  dropped: ({ reason }) =>
    `a reply came too late and was thrown away (${String(reason)}); nothing is brought back`,
  announced: ({ generation }) =>
    `it tells the other tabs that generation ${String(generation)} is in storage; no token is in that message`,
  adopted: ({ generation }) =>
    `it took over generation ${String(generation)}, which another tab had fetched: no request of its own`,
  'held-off': ({ code, attempt }) =>
    `the server could not answer (${String(code)}, attempt ${String(attempt)}): all tabs pause, then one tries again`,
  halted: ({ code }) =>
    `the server refuses this client (${String(code)}): all tabs stop asking, the session is kept`,
  'session-started': () => 'a session has begun',
  'session-ended': ({ reason }) => `the session is over: ${String(reason)}`,
  retried: ({ because }) =>
    `a request was answered 401 and is sent once more, with a ${because === 'dpop-nonce' ? 'nonce' : 'newer token'}`,
  'fresh-token-rejected': () =>
    'the API rejects a brand-new token: for 30 s its 401 is passed on without a refresh',
  challenged: ({ status }) =>
    `the API asks for something that a refresh cannot give (${String(status)}): the response goes to the app`,
  'unlisted-401': ({ origin }) => `${String(origin)} answered 401 and is not a listed API`,
  'storage-unavailable': ({ cause }) =>
    `storage cannot be used (${String(cause)}): the session lives in this tab alone`,
  'storage-corrupt': () => 'what was in storage could not be read and counts as nothing',
  'record-newer': () => 'a newer version of the app owns the session: this tab only reads it',
  'persistence-failed': () => 'storage refused the new tokens: this tab goes on from memory',
  degraded: ({ missing }) => `this browser has no ${String(missing)}: slower, and just as safe`,
}

const ofDemo: Readonly<Record<string, (details: Details) => string>> = {
  loaded: () => 'the tab was loaded',
  closed: () => 'the tab was closed or left its page',
  trouble: ({ label }) => `button pressed: ${String(label)}`,
  request: ({ outcome, sends, tookMs }) =>
    `the API ${outcomeText(String(outcome))}${sends === 2 ? ', after the request was sent twice' : ''}${
      tookMs === undefined ? '' : `, after ${ms(tookMs)}`
    }`,
}

/** What an event means, for somebody who does not know the library. */
export function explain({ lane, at, type, details }: LaneEvent): string {
  const says = (ofManager as typeof ofDemo)[type] ?? ofDemo[type]
  return `${lane} · ${timeText(at)} · ${type}: ${says ? says(details) : 'something else happened'}`
}

function outcomeText(outcome: string): string {
  return /^\d/.test(outcome) ? `answered ${outcome}` : `could not be called: ${outcome}`
}

function ms(value: string | number | boolean | undefined): string {
  return `${Math.round(Number(value ?? 0))} ms`
}

export function timeText(at: number): string {
  const time = new Date(at)
  return `${time.toLocaleTimeString('en-GB')}.${String(time.getMilliseconds()).padStart(3, '0')}`
}
