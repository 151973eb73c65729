/** Whose argument is checked, and what it is called; the `TypeError` names both. */
export type Place = readonly [provider: string, argument: string]

/**
 * The arguments, each read once. Callers without a type checker can pass anything, and a member that
 * nobody reads is a typing mistake, or a secret that must not be in a browser.
 */
export function readMembers<Arguments extends object>(
  provider: string,
  given: Arguments,
  names: readonly (keyof Arguments & string)[],
): Arguments {
  const value: unknown = given
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`${provider}: an object with ${names.join(', ')} is required`)
  }
  const stranger = Object.keys(value).find((name) => !names.some((known) => known === name))
  if (stranger !== undefined) throw new TypeError(`${provider}: ${stranger} is not an argument`)
  // On Object.prototype it is nobody's argument: another script may have planted it there.
  const isPlanted = (name: string): boolean =>
    name in Object.prototype && !Object.hasOwn(value, name)
  return Object.fromEntries(
    names.map((name) => [name, isPlanted(name) ? undefined : given[name]]),
  ) as unknown as Arguments
}

/** An error for an argument that breaks `rule`. It does not repeat the value, which could be a secret. */
export function wrong([provider, argument]: Place, rule: string): TypeError {
  return new TypeError(`${provider}: ${argument} ${rule}`)
}

/** A host name by itself, in lower case. */
export function parseHost(value: string, place: Place): string {
  const rule = "must be a host name such as 'example.eu.auth0.com', without scheme, port or path"
  const isShaped = typeof value === 'string' && value.length <= 253 && hostName.test(value)
  // A label that begins with `xn--` has to be well-formed Punycode besides.
  if (!isShaped || !URL.canParse(`https://${value}`)) throw wrong(place, rule)
  return value.toLowerCase()
}

/** An absolute address as the vendors' issuers are spelled: normalised, without a slash at its end. */
export function parseBaseUrl(value: string, place: Place): string {
  const url = parseUrl(value, place, undefined)
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  if (/\/\.well-known(?:\/|$)/.test(base)) {
    throw wrong(place, 'must not hold /.well-known, which is added')
  }
  return base
}

/** The address of something of the app's own: absolute, or a path of the page's origin. */
export function parseOwnAddress(value: string, place: Place): string {
  const isPath = typeof value === 'string' && value.startsWith('/')
  const base = 'https://page.invalid'
  const url = parseUrl(value, place, isPath ? base : undefined)
  if (!isPath) return url.href
  // Two slashes at the beginning, also those that are left of `/.//`, lead to another origin.
  if (url.origin !== base || url.pathname.startsWith('//')) {
    throw wrong(place, 'must be a path of this origin, or an absolute URL with its scheme')
  }
  return url.pathname
}

/** A name that becomes one segment of a path, encoded. */
export function parseSegment(value: string, place: Place): string {
  const isSegment = isPlain(value) && !/[/?#%]/.test(value) && value !== '.' && value !== '..'
  if (!isSegment) {
    throw wrong(place, 'must be a name, without white space and without any of / \\ ? # %')
  }
  return encodeURIComponent(value)
}

/** A non-empty string. */
export function parseWord(value: string, place: Place): string {
  if (typeof value !== 'string' || value === '') throw wrong(place, 'must be a non-empty string')
  return value
}

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
// The last label begins with a letter, which an IPv4 address has none of.
const hostName = new RegExp(`^(?:${label}\\.)+(?=[a-z])${label}$`, 'i')

function parseUrl(value: string, place: Place, base: string | undefined): URL {
  // URL parsers drop tabs and line breaks, and take a backslash for a slash, without a word.
  if (!isPlain(value) || !URL.canParse(value, base)) {
    throw wrong(place, 'must be an absolute https URL, without white space')
  }
  const url = new URL(value, base)
  const isLoopback = /^((.+\.)?localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) {
    throw wrong(place, 'must be https (http only on loopback)')
  }
  // Also an empty query or fragment: what follows would be appended to it.
  if (url.username || url.password || /[?#]/.test(value)) {
    throw wrong(place, 'must not hold credentials, a query or a fragment')
  }
  return url
}

function isPlain(value: unknown): value is string {
  // Half of a surrogate pair cannot be encoded.
  return typeof value === 'string' && value !== '' && !/[\s\p{Cc}\p{Cs}\\]/u.test(value)
}
