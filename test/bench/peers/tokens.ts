import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'

/** JSON Web Tokens as the subjects want them: some read them, and one verifies the signature. */
export interface Tokens {
  readonly keys: object
  idToken(claims: object): string
  /** For access and refresh tokens, which some subjects look into. The server knows its own, so nothing is signed. */
  opaque(claims: object): string
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const header = { alg: 'RS256', typ: 'JWT', kid: 'bench' }

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

export const tokens: Tokens = {
  keys: {
    keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: 'RS256', use: 'sig' }],
  },
  idToken(claims) {
    const content = `${part(header)}.${part(claims)}`
    return `${content}.${sign('sha256', Buffer.from(content), privateKey).toString('base64url')}`
  },
  opaque: (claims) =>
    `${part(header)}.${part({ ...claims, jti: randomUUID() })}.${part({ not: 'signed' })}`,
}
