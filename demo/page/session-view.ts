import type { SessionState } from '../../src/index.ts'
import { byId, setDisabled, setText } from './elements.ts'

/** Shows the state as text, and the life of the access token as it runs out. */
export function showSession(
  getState: () => SessionState,
  lifeSeconds: number,
): (state: SessionState) => void {
  function showCountdown(): void {
    const state = getState()
    const expiresAt = state.status === 'signed-in' ? state.accessTokenExpiresAt : undefined
    const leftSeconds = expiresAt === undefined ? 0 : Math.max(0, (expiresAt - Date.now()) / 1000)
    byId('life').setAttribute('value', String(Math.min(1, leftSeconds / lifeSeconds)))
    setText('left', expiresAt === undefined ? '–' : countdownText(leftSeconds))
  }
  setInterval(showCountdown, 250)

  return (state) => {
    byId('status').dataset['status'] = lightOf(state)
    setText('status', headline(state))
    setText('detail', detail(state))
    setText('generation', state.status === 'signed-in' ? String(state.generation) : '–')
    setText('refresh', state.status === 'signed-in' ? renewal(state.refresh) : '–')
    setText('scope', (state.status === 'signed-in' && state.scope) || '–')
    setDisabled('sign-in', state.status !== 'signed-out')
    setDisabled('sign-out', state.status !== 'signed-in')
    setDisabled('refresh-now', state.status !== 'signed-in')
    showCountdown()
  }
}

function countdownText(leftSeconds: number): string {
  return leftSeconds === 0 ? 'run out' : `${Math.ceil(leftSeconds)} s left`
}

type RefreshState = Extract<SessionState, { status: 'signed-in' }>['refresh']

function lightOf(state: SessionState): string {
  if (state.status !== 'signed-in') return state.status
  const { phase } = state.refresh
  return phase === 'waiting' || phase === 'halted' ? phase : state.status
}

function headline(state: SessionState): string {
  switch (state.status) {
    case 'restoring':
      return 'Reading the session…'
    case 'signed-out':
      return 'Signed out'
    case 'signed-in': {
      const name = state.claims?.['name']
      return `Signed in as ${typeof name === 'string' ? name : (state.sub ?? 'somebody')}`
    }
  }
}

function detail(state: SessionState): string {
  if (state.status === 'signed-in') {
    return 'The token is renewed by one tab for all of them.'
  }
  if (state.status === 'restoring' || state.reason === 'never') return ''
  return state.error?.message ?? `Reason: ${state.reason}.`
}

function renewal(refresh: RefreshState): string {
  switch (refresh.phase) {
    case 'idle':
    case 'running':
      return refresh.phase
    case 'waiting':
      return `waiting until ${timeText(refresh.retryAt)} (${refresh.error.code})`
    case 'halted':
      return `halted (${refresh.error.code})`
  }
}

export function timeText(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB')
}
