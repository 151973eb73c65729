import type { JSX } from 'preact'
import type { RequestSummary, StateSummary, TabSnapshot } from './tab-snapshot.ts'

interface TabViewProps {
  readonly snapshot: TabSnapshot
  /** Ms since the epoch, by the machine's own clock. */
  readonly now: number
  readonly accessTokenTtlSeconds: number
}

/** One tab: who is signed in, how long the access token lives, what the last requests came to. */
export function TabView({ snapshot, now, accessTokenTtlSeconds }: TabViewProps): JSX.Element {
  const { lane, state, signIn, requests } = snapshot
  const leftMs =
    state.status === 'signed-in' ? Math.max(0, state.leftMs - (now - snapshot.at)) : undefined
  return (
    <article class="tab" data-light={lightOf(state)}>
      <h3>{lane}</h3>
      <div class="tab-words">
        <p class="tab-state">{stateText(state)}</p>
        <p class="tab-detail" data-failed={signIn?.problem !== undefined} title={signIn?.problem}>
          {signIn?.problem !== undefined ? 'sign-in failed' : detailText(state)}
        </p>
      </div>
      <p class="tab-left">{leftMs === undefined ? '–' : leftText(leftMs)}</p>
      <progress
        aria-label="Life left of the access token"
        max={1}
        value={Math.min(1, (leftMs ?? 0) / (accessTokenTtlSeconds * 1_000))}
      />
      <ol class="requests" aria-label="Last requests">
        {requests.map((request) => (
          <li
            key={request.id}
            data-light={lightOfRequest(request)}
            data-sends={request.sends}
            title={request.outcome}
          >
            {requestText(request)}
          </li>
        ))}
      </ol>
    </article>
  )
}

/** What it is doing about its access token, or how often that was renewed. */
function detailText(state: StateSummary): string {
  if (state.status !== 'signed-in') return ' '
  const { phase, code, generation } = state
  if (phase === 'running') return 'refreshing'
  if (phase !== 'idle') return code === undefined ? phase : `${phase}: ${inWords(code)}`
  const times = generation - 1
  return `refreshed ${times === 1 ? 'once' : `${times} times`}`
}

/** `SERVER_UNAVAILABLE`: `server unavailable`, which breaks between words. */
function inWords(code: string): string {
  return code.toLowerCase().replaceAll('_', ' ')
}

function leftText(leftMs: number): string {
  return leftMs === 0 ? 'run out' : `${Math.ceil(leftMs / 1_000)} s left`
}

export function stateText(state: StateSummary): string {
  if (state.status === 'signed-in') return state.user
  if (state.status === 'restoring') return 'Reading the session…'
  return state.reason === 'never' ? 'Signed out' : `Signed out: ${state.reason}`
}

type Light = 'quiet' | 'good' | 'busy' | 'warn' | 'bad'

function lightOf(state: StateSummary): Light {
  if (state.status !== 'signed-in') return 'quiet'
  const lights = { idle: 'good', running: 'busy', waiting: 'warn', halted: 'bad' } as const
  return lights[state.phase]
}

function lightOfRequest({ outcome }: RequestSummary): Light {
  if (outcome.startsWith('2')) return 'good'
  return /^\d/.test(outcome) ? 'warn' : 'bad'
}

function requestText({ outcome, sends }: RequestSummary): string {
  const short = /^\d/.test(outcome) ? outcome : 'error'
  return sends > 1 ? `${short} ×${sends}` : short
}
