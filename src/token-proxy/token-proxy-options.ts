/** A grant that a token proxy can be told to forward. */
export type TokenProxyGrant = 'authorization_code' | 'refresh_token'

/** What {@link createTokenProxy} is told. Optional members may be `undefined`. */
export interface TokenProxyOptions {
  /** The vendor's token endpoint: an absolute https URL (http only on loopback). */
  readonly tokenEndpoint: string
  /** The client identifier. A page that names another one is refused. */
  readonly clientId: string
  /** The client secret. It goes to `tokenEndpoint` and nowhere else. */
  readonly clientSecret: string
  /**
   * Where the secret is put (RFC 6749 §2.3.1): into the body beside `client_id`, or with `'basic'` into
   * the `Authorization` header, and then the body holds neither. Default: `'post'`.
   */
  readonly authentication?: 'post' | 'basic' | undefined
  /** How the body is sent on: as a form (RFC 6749 §4.1.3), or as a JSON object of strings. Default: `'form'`. */
  readonly encoding?: 'form' | 'json' | undefined
  /**
   * The origins whose pages may use the proxy, as browsers spell them in `Origin`: scheme, host and a
   * port that is not the default. The page's own origin has to be among them, also if the proxy is there.
   */
  readonly allowedOrigins: readonly string[]
  /** The grants that are forwarded. Default: both. */
  readonly allowedGrants?: readonly TokenProxyGrant[] | undefined
  /**
   * The longest body that is accepted, in bytes. Default: 131 072, which is room for a
   * refresh token of 64 kB in base64.
   */
  readonly maxBodyBytes?: number | undefined
  /**
   * Bound on one exchange, from the arrival of the request to the last byte of the vendor's reply.
   * Default: 9 000 ms, which is within the 10 000 ms that the token manager waits: when a page gives
   * up and tries again, nothing of its first attempt is under way any more.
   */
  readonly timeoutMs?: number | undefined
  /** The `fetch` to use. Default: the global one, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** The same, checked and complete. */
export interface Settings {
  readonly tokenEndpoint: string
  readonly clientId: string
  readonly clientSecret: string
  readonly authentication: 'post' | 'basic'
  readonly encoding: 'form' | 'json'
  readonly allowedOrigins: readonly string[]
  readonly allowedGrants: readonly TokenProxyGrant[]
  readonly maxBodyBytes: number
  readonly timeoutMs: number
  readonly fetch: () => typeof globalThis.fetch
}

type Rule = readonly [check: (value: unknown) => boolean, text: string]

const grants: readonly TokenProxyGrant[] = ['authorization_code', 'refresh_token']
const required = ['tokenEndpoint', 'clientId', 'clientSecret', 'allowedOrigins']
/** A secret that was read from a file often ends in a line break, and is then refused far away. */
const credential: Rule = [
  isCredential,
  'must be a non-empty string that neither begins nor ends with white space',
]
const rules: Readonly<Record<keyof TokenProxyOptions, Rule>> = {
  tokenEndpoint: [
    isEndpoint,
    'must be an absolute https URL (http only on loopback), without credentials or a fragment',
  ],
  clientId: credential,
  clientSecret: credential,
  authentication: oneOf('post', 'basic'),
  encoding: oneOf('form', 'json'),
  allowedOrigins: [
    (value) => isListOf(value, isOrigin),
    "must be an array of at least one origin, each as in 'https://app.example.com': https (http only on loopback), in lower case, without path, slash at the end, default port or wildcard",
  ],
  allowedGrants: [
    (value) => isListOf(value, (entry) => grants.includes(entry as TokenProxyGrant)),
    "must be an array of at least one of 'authorization_code' and 'refresh_token'",
  ],
  maxBodyBytes: [
    (value) => Number.isSafeInteger(value) && (value as number) > 0,
    'must be a whole number of bytes above 0',
  ],
  timeoutMs: [
    (value) => typeof value === 'number' && value >= 100 && value <= 3_600_000,
    'must be a number of ms from 100 to 3600000',
  ],
  fetch: [(value) => typeof value === 'function', 'must be a function'],
}

/**
 * Checks every option, and takes a copy, so that no later change of them has an effect. A `TypeError`
 * names the option and the rule, and repeats no value: it could be the secret.
 */
export function parseOptions(options: TokenProxyOptions): Settings {
  // Callers without a type checker can pass anything.
  const given: unknown = options
  if (typeof given !== 'object' || given === null) {
    throw new TypeError('createTokenProxy: options must be an object')
  }
  // An option nobody reads is a typing mistake, of a limit perhaps.
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(rules, name))
  if (stranger !== undefined) {
    throw new TypeError(`createTokenProxy: options.${stranger} is not an option`)
  }
  // Read once: what was checked is what is used.
  const read: Record<string, unknown> = Object.create(null)
  for (const [name, [check, text]] of Object.entries(rules)) {
    // On Object.prototype it is nobody's option: a request may have planted it there.
    const isPlanted = name in Object.prototype && !Object.hasOwn(given, name)
    const value: unknown = isPlanted ? undefined : Reflect.get(given, name)
    const isGood = value === undefined ? !required.includes(name) : check(value)
    if (!isGood) throw new TypeError(`createTokenProxy: options.${name} ${text}`)
    read[name] = value
  }
  const { fetch, ...checked } = read as unknown as TokenProxyOptions
  return {
    tokenEndpoint: checked.tokenEndpoint,
    clientId: checked.clientId,
    clientSecret: checked.clientSecret,
    authentication: checked.authentication ?? 'post',
    encoding: checked.encoding ?? 'form',
    allowedOrigins: [...checked.allowedOrigins],
    allowedGrants: [...(checked.allowedGrants ?? grants)],
    maxBodyBytes: checked.maxBodyBytes ?? 131_072,
    timeoutMs: checked.timeoutMs ?? 9_000,
    fetch: () => fetch ?? globalThis.fetch,
  }
}

function oneOf(first: string, second: string): Rule {
  return [(value) => value === first || value === second, `must be '${first}' or '${second}'`]
}

function isListOf(value: unknown, check: (entry: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(check)
}

function isCredential(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value === value.trim()
}

function isEndpoint(value: unknown): boolean {
  const url = parseSecureUrl(value)
  return url !== undefined && !url.username && !url.password && !String(value).includes('#')
}

/** `origin` of a URL is how a browser spells it, so what is equal to it can be compared as text. */
function isOrigin(value: unknown): boolean {
  // The parser takes an asterisk for a part of a host name like any other.
  return parseSecureUrl(value)?.origin === value && !String(value).includes('*')
}

/** Cleartext is for loopback only, where it never leaves the machine. */
function parseSecureUrl(value: unknown): URL | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined
  const url = new URL(value)
  const isLoopback = /^((.+\.)?localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback) ? url : undefined
}
