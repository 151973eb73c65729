import type { Settings } from './token-proxy-options.ts'
import type { Parameters } from './token-request.ts'

/**
 * What the vendor is sent: the parameters, the client's credentials, and no header of the page's
 * request. Pure. The options of `fetch` are those that every runtime knows.
 */
export function createUpstreamRequest(
  parameters: Parameters,
  settings: Pick<Settings, 'clientId' | 'clientSecret' | 'authentication' | 'encoding'>,
): RequestInit {
  const { clientId, clientSecret, authentication, encoding } = settings
  const isBasic = authentication === 'basic'
  // RFC 6749 §2.3: not more than one way of authentication in a request.
  const entries: Parameters = isBasic
    ? parameters
    : [...parameters, ['client_id', clientId], ['client_secret', clientSecret]]
  return {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': contentTypes[encoding],
      ...(isBasic ? { authorization: `Basic ${basicCredentials(clientId, clientSecret)}` } : {}),
    },
    body: encoding === 'json' ? toJson(entries) : toForm(entries),
    // A redirect that were followed could carry the secret elsewhere.
    redirect: 'manual',
  }
}

/** RFC 6749 §2.3.1: both parts are encoded as in a form before they are joined. */
export function basicCredentials(clientId: string, clientSecret: string): string {
  return btoa(`${formEncode(clientId)}:${formEncode(clientSecret)}`)
}

const contentTypes = {
  form: 'application/x-www-form-urlencoded',
  json: 'application/json',
} as const

function toForm(entries: Parameters): string {
  return new URLSearchParams(entries.map(([name, value]) => [name, value])).toString()
}

/** A parameter that is there more than once becomes an array of strings. */
function toJson(entries: Parameters): string {
  const members = new Map<string, string | string[]>()
  for (const [name, value] of entries) {
    const before = members.get(name)
    members.set(name, before === undefined ? value : [before, value].flat())
  }
  return JSON.stringify(Object.fromEntries(members))
}

function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice('='.length)
}
