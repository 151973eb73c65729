import { readFacts } from '../page/shared/facts.ts'
import type { Facts } from '../page/shared/facts.ts'
import type { Settings } from './settings.ts'

const empty: Settings = {
  issuer: '',
  clientId: '',
  scope: 'openid offline_access',
  parameters: '',
  metadata: '',
  patience: 'usual',
}

/** What stands in the form to begin with: the demo's own server, so that there is one to try it with. */
export async function firstSettings(): Promise<Settings> {
  const facts = await readFacts().catch(() => undefined)
  return facts ? settingsFor(facts) : empty
}

function settingsFor({ vendor, clientId }: Facts): Settings {
  const { authorizationServer, scope, audience, authorizationParameters } = vendor.managerOptions
  const parameters = { ...authorizationParameters, ...(audience !== undefined && { audience }) }
  const byValue = typeof authorizationServer !== 'string'
  return {
    ...empty,
    issuer: byValue ? authorizationServer.issuer : authorizationServer,
    clientId,
    scope,
    parameters: new URLSearchParams(parameters).toString(),
    metadata: byValue ? JSON.stringify(authorizationServer, undefined, 2) : '',
  }
}
