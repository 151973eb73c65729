import { createTokenManager } from '../../src/index.ts'
import { showCounters } from './counters-view.ts'
import { onClick, setText } from './elements.ts'
import { showEvent } from './events-view.ts'
import { readFacts } from './facts.ts'
import { showSession } from './session-view.ts'

const { issuer, apiOrigin, clientId, scope, accessTokenTtlSeconds } = readFacts()

const auth = createTokenManager({
  authorizationServer: issuer,
  clientId,
  scope,
  redirectUri: `${location.origin}/callback`,
  postLogoutRedirectUri: `${location.origin}/`,
  resourceServers: [`${apiOrigin}/`],
})

auth.observe(showEvent)
auth.subscribe(showSession(auth.getState, accessTokenTtlSeconds))
void showCounters('authorization-server', issuer)
void showCounters('api', apiOrigin)

onClick('sign-in', () => auth.signIn({ returnTo: '/' }))
onClick('sign-out', () => auth.signOut())
onClick('refresh-now', async () => {
  const startedAt = performance.now()
  await auth.refresh()
  setText('result', `Refreshed in ${elapsed(startedAt)}.`)
})
onClick('call', () => callApi(1))
onClick('call-ten', () => callApi(10))

async function callApi(times: number): Promise<void> {
  const startedAt = performance.now()
  setText('result', 'Calling…')
  const statuses = await Promise.all(
    Array.from({ length: times }, async () => (await auth.fetch(`${apiOrigin}/orders`)).status),
  )
  const counts = [...new Set(statuses)].map(
    (status) => `${statuses.filter((other) => other === status).length} × ${status}`,
  )
  setText('result', `${counts.join(', ')} in ${elapsed(startedAt)}.`)
}

function elapsed(startedAt: number): string {
  return `${Math.round(performance.now() - startedAt)} ms`
}

auth.handleRedirect().then(
  (arrived) => {
    if (arrived) history.replaceState(null, '', arrived.returnTo)
  },
  (error: unknown) => {
    history.replaceState(null, '', '/')
    setText('result', String(error))
  },
)
