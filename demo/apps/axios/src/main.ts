import axios from 'axios'
import { findTokenError, type SessionState } from 'tokenring'
import { auth } from './auth.ts'
import { apiUrl } from './config.ts'

// From version 1.12 on axios takes a `fetch`.
const api = axios.create({ baseURL: apiUrl, adapter: 'fetch', env: { fetch: auth.fetch } })
const app = document.getElementById('app') ?? document.body

function show(state: SessionState, problem = ''): void {
  const button = (text: string, onclick: () => unknown): HTMLElement =>
    Object.assign(document.createElement('button'), { textContent: text, onclick })
  const list = document.createElement('ul')
  const load = async (): Promise<void> => {
    try {
      const { data } = await api.get<{ orders: { item: string }[] }>('/orders')
      const lines = data.orders.map(({ item }) =>
        Object.assign(document.createElement('li'), { textContent: item }),
      )
      list.replaceChildren(...lines)
    } catch (error) {
      list.textContent = findTokenError(error)?.message ?? 'The API cannot be reached.'
    }
  }
  if (state.status === 'restoring') return app.replaceChildren('One moment …')
  if (state.status === 'signed-out') {
    const tell = (error: unknown): void => show(state, sayFailure(error))
    return app.replaceChildren(
      problem,
      button('Sign in', () => auth.signIn().catch(tell)),
    )
  }
  void load()
  const signOut = button('Sign out', () => auth.signOut())
  app.replaceChildren(state.sub ?? '', list, button('Load again', load), signOut)
}

function sayFailure(error: unknown): string {
  if (findTokenError(error)?.code !== 'NOT_LEFT') return 'The sign-in did not succeed. '
  return navigator.onLine ? '' : 'You are offline. '
}

let problem = ''
try {
  const arrived = await auth.handleRedirect()
  if (arrived) history.replaceState(null, '', arrived.returnTo)
} catch (error) {
  history.replaceState(null, '', '/')
  problem = sayFailure(error)
}
// What is on the page depends on who is signed in, not on renewals.
let shown: string | undefined
auth.subscribe((state) => {
  const key = state.status + (state.status === 'signed-in' ? state.sub : '')
  if (key !== shown) show(state, problem)
  shown = key
  problem = ''
})
