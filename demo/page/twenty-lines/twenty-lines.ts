import { readFacts } from '../shared/facts.ts'
import { openMessages } from '../shared/messages.ts'
import type { Order } from '../shared/messages.ts'
import { createRefreshingFetch } from './refreshing-fetch.ts'
import { leaveToSignIn, redeem } from './sign-in.ts'

const { apiOrigin, scope, twentyLinesClientId: clientId, vendor } = await readFacts()
const redirectUri = location.origin + location.pathname
const client = { ...vendor.twentyLines, clientId, scope, redirectUri }
const lane = window.name
const apiFetch = createRefreshingFetch(client.tokenEndpoint, clientId)

const code = new URLSearchParams(location.search).get('code')
if (code !== null) {
  await redeem(client, code)
  history.replaceState(null, '', location.pathname)
}

const messages = openMessages((message) => {
  if (message.kind === 'roll-call') reportReady()
  if (message.kind !== 'order' || message.lane !== lane) return
  const { id, order } = message
  void carryOut(order).then((outcomes) => messages.post({ kind: 'done', id, lane, outcomes }))
})
reportReady()

/** It has no state worth telling: the grid only learns that it is there. */
function reportReady(): void {
  const at = Date.now()
  messages.post({ kind: 'event', event: { lane, at, type: 'loaded', details: {} } })
}

async function carryOut(order: Order): Promise<string[]> {
  if (order.type === 'sign-in') return leaveToSignIn(client, order.user)
  if (order.type !== 'call') return []
  return Promise.all(Array.from({ length: order.times }, callOnce))
}

async function callOnce(): Promise<string> {
  const outcome = await apiFetch(`${apiOrigin}/orders`).then(
    ({ status }) => String(status),
    () => 'signed out',
  )
  const event = { lane, at: Date.now(), type: 'request', details: { outcome, sends: 1 } }
  messages.post({ kind: 'event', event })
  return outcome
}
