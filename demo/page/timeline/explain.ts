import type { TokenManagerEvent } from '../../../src/core/events.ts'
import { msUntil, numberIn, statusOf, textIn } from './details.ts'
import { durationText, instantText } from './instant.ts'
import type { LaneEvent } from './lane-event.ts'

type ManagerType = TokenManagerEvent['type']
type OfManager<Type extends ManagerType> = Extract<TokenManagerEvent, { type: Type }>
type DemoType = 'loaded' | 'closed' | 'request' | 'sign-in-failed' | 'trouble'
type Sentence = (event: LaneEvent) => string

const retryReasons: Readonly<Record<OfManager<'retried'>['because'], string>> = {
  'newer-token': 'storage already held a newer token than the one the API refused',
  'renewed-token': 'the API refused the token, and a new one was fetched',
  'dpop-nonce': 'the API wants its nonce in the proof',
}

const endReasons: Readonly<Record<OfManager<'session-ended'>['reason'], string>> = {
  'signed-out': 'the user asked for it, in this tab or another',
  rejected: 'the server no longer takes the refresh token',
  'rotation-lost': 'a reply with the new tokens was lost on its way',
  refused: 'the server refused again and again, for ten seconds at least',
  'subject-changed': 'the reply was for another user',
  'key-lost': 'the key that the tokens are bound to is gone',
  'storage-cleared': 'somebody cleared the browser’s storage',
  expired: 'the session’s time was up',
  idle: 'nobody did anything in any tab for too long',
}

// A type of event that has no sentence does not compile.
const sentences: Readonly<Record<ManagerType | DemoType, Sentence>> = {
  'lock-requested': () =>
    'waits for its turn: only the tab that holds the browser’s lock may ask for new tokens',
  'lock-granted': (event) =>
    event.details['held'] === false
      ? `goes on without the browser’s lock${noted(waited(event))}`
      : `has its turn: this tab alone may ask for new tokens now${noted(waited(event))}`,
  claimed: (event) =>
    `has written into storage that it is about to spend the refresh token${noted(generation(event), unknownAttempts(event))}`,
  sent: (event) =>
    `spends the refresh token: the token request has left${noted(generation(event))}`,
  collected: (event) =>
    `finds the reply to a renewal whose page is gone: the courier has kept it${noted(generation(event))}`,
  committed: (event) => `the new tokens are in storage${noted(generation(event), took(event))}`,
  dropped: (event) =>
    textIn(event, 'reason') === 'session-over'
      ? 'the reply came after the session was over, and is thrown away'
      : 'the reply came too late: another tab has moved on, and it is thrown away',
  announced: (event) => `tells the other tabs that there are new tokens${noted(generation(event))}`,
  adopted: (event) =>
    `takes over the tokens that another tab has fetched, at no cost${noted(generation(event))}`,
  'held-off': (event) =>
    `no new tokens this time; no tab asks again ${waiting(event, 'retryAt')}${noted(because(event), attempt(event), hint(event))}`,
  halted: (event) =>
    `the server refuses how the app is set up; no tab asks again ${waiting(event, 'until')}${noted(because(event))}`,
  'token-refused': (event) =>
    `the server refuses the token for one API; the session goes on, and no tab asks for that token again ${waiting(event, 'until')}${noted(because(event))}`,
  'revocation-failed': (event) =>
    `the server was asked to forget the refresh token of a session that is over, and did not${noted(statusNote(event), because(event))}`,
  'scope-narrowed': (event) =>
    `the server has left the session less than it had${noted(textIn(event, 'scope'))}`,
  'session-started': (event) =>
    `signed in${noted(textIn(event, 'sub') && `user ${textIn(event, 'sub')}`)}`,
  'session-ended': (event) => `signed out: ${reasonIn(event, 'reason', endReasons)}`,
  retried: (event) =>
    `sends the request a second time: ${reasonIn(event, 'because', retryReasons)}`,
  'token-displaced': (event) =>
    `the API refuses a token that it took before another one was fetched: only the newest lives${noted(server(event))}`,
  'fresh-token-rejected': (event) =>
    `the API answers 401 even to a token fetched because of its last 401; a newer one would not help${noted(server(event))}`,
  challenged: (event) =>
    `the API refuses what no new token can mend${noted(statusNote(event), textIn(event, 'error'), server(event))}`,
  'unlisted-401': (event) =>
    `a server that is not listed as an API of this app answered 401, and gets no token${noted(textIn(event, 'origin'))}`,
  'storage-unavailable': (event) =>
    `the browser’s storage cannot be used: this tab keeps its session to itself${noted(textIn(event, 'cause'))}`,
  'storage-available': () =>
    'the browser’s storage answers after all: this tab goes back to it, with what it has decided',
  'storage-corrupt': () => 'what is in storage cannot be read, and is treated as absent',
  'record-newer': () => 'a newer version of the app owns the session: this tab only reads it',
  'persistence-failed': () =>
    'storage refused the new tokens: this tab goes on with them from memory',
  'courier-unavailable': (event) =>
    `renewals do not survive their page here: there is no courier${noted(textIn(event, 'reason'))}`,
  degraded: (event) =>
    textIn(event, 'missing') === 'locks'
      ? 'the browser offers no locks: tabs take turns through storage, a little slower'
      : 'the tabs cannot message each other: they look into storage from time to time',
  loaded: () => 'the page has loaded',
  closed: () => 'the page is gone',
  request: (event) =>
    `${requestOutcome(event)}${noted(numberIn(event, 'sends') === 2 && 'sent twice', took(event))}`,
  'sign-in-failed': (event) => `the sign-in did not succeed${noted(because(event))}`,
  trouble: (event) => `${textIn(event, 'label') ?? 'somebody makes trouble'} (on purpose)`,
}

/**
 * What an event means, in one sentence for somebody who does not know the library. Facts that are
 * missing from its details are left out.
 */
export function explain(event: LaneEvent): string {
  const sentence = isKnown(event.type) ? sentences[event.type](event) : 'something happened'
  return `${event.type}: ${sentence}`
}

/** The sentence with who and when. */
export function describeEvent(event: LaneEvent): string {
  return `${event.lane} · ${instantText(event.at)} · ${explain(event)}`
}

function isKnown(type: string): type is keyof typeof sentences {
  return Object.hasOwn(sentences, type)
}

function noted(...notes: readonly (string | false | undefined)[]): string {
  const present = notes.filter(Boolean)
  return present.length === 0 ? '' : ` (${present.join(', ')})`
}

function generation(event: LaneEvent): string | undefined {
  const value = numberIn(event, 'generation')
  return value === undefined ? undefined : `generation ${value}`
}

function took(event: LaneEvent): string | undefined {
  const ms = numberIn(event, 'tookMs')
  return ms === undefined ? undefined : `took ${durationText(ms)}`
}

function waited(event: LaneEvent): string | undefined {
  const ms = numberIn(event, 'waitedMs')
  return ms === undefined ? undefined : `waited ${durationText(ms)}`
}

function unknownAttempts(event: LaneEvent): string | undefined {
  const count = numberIn(event, 'unknown') ?? 0
  if (count === 0) return undefined
  return `${count} earlier ${count === 1 ? 'attempt' : 'attempts'} without an answer`
}

function attempt(event: LaneEvent): string | undefined {
  const count = numberIn(event, 'attempt')
  return count === undefined ? undefined : `attempt ${count}`
}

function hint(event: LaneEvent): string | false {
  return textIn(event, 'hint') === 'cors' && 'other requests succeed: is CORS set up there?'
}

function because(event: LaneEvent): string | undefined {
  return textIn(event, 'code')
}

function server(event: LaneEvent): string | undefined {
  return textIn(event, 'resourceServer')
}

function statusNote(event: LaneEvent): string | undefined {
  const status = statusOf(event)
  return status === undefined ? undefined : `status ${status}`
}

function waiting(event: LaneEvent, name: 'retryAt' | 'until'): string {
  const ms = msUntil(event, name)
  return ms === undefined ? 'for a while' : `for ${durationText(ms)}`
}

function requestOutcome(event: LaneEvent): string {
  const status = statusOf(event)
  if (status !== undefined) return `the API answered ${status}`
  const outcome = textIn(event, 'outcome')
  return `the API call got no response${outcome === undefined ? '' : `, but ${outcome}`}`
}

function reasonIn(
  event: LaneEvent,
  name: string,
  reasons: Readonly<Record<string, string>>,
): string {
  const reason = textIn(event, name)
  if (reason === undefined) return 'for a reason that was not given'
  return Object.hasOwn(reasons, reason) ? (reasons[reason] ?? reason) : reason
}
