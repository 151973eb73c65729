import { isString } from '../core/shape.ts'
import type { TokenManagerOptions } from '../manager/token-manager-options.ts'
import { describeMembers } from './describe-members.ts'

/** What is told as it is: none of it is a secret, and none of it is about the user. */
const told = [
  'clientId',
  'scope',
  'leewayMs',
  'refreshAhead',
  'tokenRequestTimeoutMs',
  'patienceMs',
  'spentRefreshToken',
] as const
/** Some are addresses, with what is in one. */
const addresses = ['audience', 'resource', 'redirectUri', 'postLogoutRedirectUri'] as const
/** What the app brings along, and a name that may be a user's: only that they are there is told. */
const parts = ['sessionName', 'dpop', 'courier', 'idle', 'fetch', 'endSession']

/** The options that a report tells, in one line: no address with its query, no parameter with its value. */
export function describeOptions(options: Partial<TokenManagerOptions>): string {
  const { authorizationServer: server, storage, resourceServers, authorizationParameters } = options
  const given = options as Readonly<Record<string, unknown>>
  return describeMembers({
    authorizationServer: plainUrl(typeof server === 'object' ? server?.issuer : server),
    isMetadataGiven: typeof server === 'object',
    ...Object.fromEntries(told.map((name) => [name, given[name]])),
    ...Object.fromEntries(addresses.map((name) => [name, plainUrl(given[name])])),
    storage: typeof storage === 'object' ? 'own' : storage,
    resourceServers: resourceServers?.map((each) =>
      plainUrl(typeof each === 'object' ? each.url : each),
    ),
    authorizationParameters: authorizationParameters && Object.keys(authorizationParameters),
    with: parts.filter((name) => given[name] !== undefined),
  })
}

/** Without user, password, query and fragment. */
function plainUrl(url: unknown): string | undefined {
  if (!isString(url)) return undefined
  const rest = url.replace(/[?#].*$/s, '')
  if (!URL.canParse(rest)) return rest
  const plain = new URL(rest)
  plain.username = plain.password = ''
  return plain.href
}
