import { isSecureUrl } from '../../src/core/secure-url.ts'

/** What the person has filled in. */
export interface Settings {
  readonly issuer: string
  readonly clientId: string
  readonly scope: string
  /** Of the sign-in, as a query. */
  readonly parameters: string
  /** The metadata as JSON, where a page cannot read it from the server. */
  readonly metadata: string
  readonly patience: Patience
}

export type Patience = 'short' | 'usual' | 'long'

/** Ages at which a spent refresh token is presented again. */
export const agesMs: Readonly<Record<Patience, readonly number[]>> = {
  short: [1_000, 5_000],
  usual: [1_000, 5_000, 12_000, 35_000],
  long: [1_000, 5_000, 12_000, 35_000, 65_000, 130_000],
}

const ours = [
  'response_type',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'code_challenge',
  'code_challenge_method',
]

/** What has to be mended before anything is sent, as a sentence. */
export function problemOf(settings: Settings): string | undefined {
  const { issuer, clientId, parameters, metadata } = settings
  if (!URL.canParse(issuer)) return 'The issuer is an address, such as https://login.example.com.'
  const url = new URL(issuer)
  if (!isSecureUrl(url)) return 'The issuer has to be https, except on this machine.'
  if (url.search !== '' || url.hash !== '') return 'An issuer has neither “?” nor “#” in it.'
  if (clientId.trim() === '') return 'The client identifier is missing.'
  const taken = [...new URLSearchParams(parameters).keys()].find((name) => ours.includes(name))
  if (taken !== undefined) return `The parameter “${taken}” is set by the check itself.`
  if (metadata.trim() !== '' && parseJson(metadata) === undefined) {
    return 'What is pasted as metadata is not JSON.'
  }
  return undefined
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
