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
      <p class="tab-state">{stateText(state)}</p>
      <p class="tab-generation" data-failed={signIn?.problem !== undefined} title={signIn?.problem}>
        {signIn?.problem !== undefined ? 'sign-in failed' : generationText(state)}
      </p>
      <p class="tab-left">{leftMs === undefined ? '–' : leftText(leftMs)}</p>
      <progress
        aria-label="Life left of the access token"
        max={1}
        value={Math.min(1, (leftMs ?? 0) / (accessTokenTtlSeconds * 1_000))}
      />
      <ol class="requests" aria-label="Last requests">
        {requests.map((request) => (
          <li key={request.id} data-light={lightOfRequest(request)} data-sends={request.sends}>
            {requestText(request)}
          </li>
        ))}
      </ol>
    </article>
  )
}

function generationText(state: StateSummary): string {
  return state.status === 'signed-in' ? `generation ${state.generation}` : ' '
}

function leftText(leftMs: number): string {
  return leftMs === 0 ? 'run out' : `${Math.ceil(leftMs / 1_000)} s`
}

export function stateText(state: StateSummary): string {
  switch (state.status) {
    case 'restoring':
      return 'Reading the session…'
    case 'signed-out':
      return state.reason === 'never' ? 'Signed out' : `Signed out: ${state.reason}`
    case 'signed-in':
      return state.phase === 'idle' ? state.user : `${state.user} · ${phaseText(state)}`
  }
}

function phaseText({ phase, code }: Extract<StateSummary, { status: 'signed-in' }>): string {
  if (phase === 'running') return 'refreshing'
  return code === undefined ? phase : `${phase} (${code})`
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
  const short = /^\d/.test(outcome) ? outcome : 'fail'
  return sends > 1 ? `${short} ×${sends}` : short
}
