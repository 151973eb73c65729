import type { IncomingMessage } from 'node:http'
import type { Encoding, Refusal } from './vendor.ts'

/** The parameters of a token or revocation request; an empty one counts as absent. */
export type Parameters = ReadonlyMap<string, string>

export type TokenRequest =
  | { readonly kind: 'read'; readonly parameters: Parameters }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** Reads a request strictly: what an encoding or RFC 6749 §3.2 does not allow is refused. */
export function readTokenRequest(
  request: IncomingMessage,
  body: string,
  encodings: readonly Encoding[],
): TokenRequest {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  const encoding = encodings.find((candidate) => contentTypes[candidate] === type)
  if (encoding === undefined) {
    const expected = encodings.map((candidate) => contentTypes[candidate]).join(' or ')
    return refuse(`The body has to be ${expected}.`)
  }
  // RFC 6749 §2.3.1: secrets must not be in the address.
  if (request.url?.includes('?')) return refuse('Parameters belong into the body.')
  if (request.headers.authorization !== undefined) {
    return refuse('Credentials belong into the body.', 'invalid_client')
  }
  return encoding === 'json' ? readJson(body) : readForm(body)
}

const contentTypes: Readonly<Record<Encoding, string>> = {
  form: 'application/x-www-form-urlencoded',
  json: 'application/json',
}

function readForm(body: string): TokenRequest {
  const entries = [...new URLSearchParams(body)]
  const parameters = new Map(entries.filter(([, value]) => value !== ''))
  if (new Set(entries.map(([name]) => name)).size < entries.length) {
    return refuse('A parameter is there twice.')
  }
  return { kind: 'read', parameters }
}

function readJson(body: string): TokenRequest {
  const members = parseObject(body)
  if (members === undefined) return refuse('The body is not a JSON object.')
  const parameters = new Map<string, string>()
  for (const [name, value] of Object.entries(members)) {
    if (typeof value !== 'string') return refuse(`${name} has to be a text.`)
    if (value !== '') parameters.set(name, value)
  }
  return { kind: 'read', parameters }
}

function parseObject(json: string): object | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function refuse(description: string, error: Refusal['error'] = 'invalid_request'): TokenRequest {
  return { kind: 'refused', refusal: { error, description } }
}
