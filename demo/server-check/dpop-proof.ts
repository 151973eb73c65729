import { base64url } from './base64url.ts'

/** A proof that a key is at hand, of a key that is made for it alone (RFC 9449 §4.2). */
export async function createDpopProof(url: string, now: number): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, false, ['sign'])
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey)
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } }
  const payload = { jti: crypto.randomUUID(), htm: 'POST', htu: url, iat: Math.floor(now / 1_000) }
  const text = [header, payload].map((part) => base64url(bytesOf(JSON.stringify(part)))).join('.')
  const signing = { name: 'ECDSA', hash: 'SHA-256' }
  const signature = await crypto.subtle.sign(signing, privateKey, bytesOf(text))
  return `${text}.${base64url(new Uint8Array(signature))}`
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}
