import { calculateJwkThumbprint, exportJWK, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { dpop, type DpopSupport } from '../../src/oauth/dpop.ts'

const accessToken = 'access-secret'
const url = 'https://api.example/v2/orders?page=2#top'

async function createSupport(
  support: DpopSupport = dpop(),
): Promise<{ readonly support: DpopSupport; readonly keyPair: CryptoKeyPair }> {
  const keyPair = await support.createKeyPair()
  if (!support.isKeyPair(keyPair)) throw new Error('not a key pair')
  // The port hands the pair on as something opaque.
  return { support, keyPair: keyPair as CryptoKeyPair }
}

async function readProof(proof: string | undefined, { publicKey }: CryptoKeyPair) {
  return jwtVerify(proof ?? '', publicKey, { typ: 'dpop+jwt' })
}

describe('dpop', () => {
  it('makes keys that cannot leave the browser', async () => {
    const { keyPair } = await createSupport()
    expect(keyPair.privateKey.extractable).toBe(false)
    expect(structuredClone(keyPair)).toHaveProperty('privateKey')
  })

  it.each(['ES256', 'RS256', 'PS256', 'Ed25519'] as const)(
    'makes proofs by %s',
    async (algorithm) => {
      const { support, keyPair } = await createSupport(dpop({ algorithm }))
      const headers = await support.proofHeaders({ keyPair, accessToken, method: 'GET', url })
      const { protectedHeader } = await readProof(headers['dpop'], keyPair)
      expect(protectedHeader.alg).toBe(algorithm)
    },
  )

  it.each(['HS256', 'none', 'es256', '', 7, {}])(
    'refuses the algorithm %j at once',
    (algorithm) => {
      expect(() => dpop({ algorithm: algorithm as never })).toThrow(
        new TypeError('dpop(): algorithm must be one of ES256, Ed25519, PS256, RS256'),
      )
    },
  )

  it('uses ES256 unless told otherwise', async () => {
    const { keyPair } = await createSupport()
    expect(keyPair.privateKey.algorithm).toMatchObject({ name: 'ECDSA', namedCurve: 'P-256' })
  })

  it('knows a key pair from what storage may hold instead', async () => {
    const { support, keyPair } = await createSupport()
    const { publicKey, privateKey } = keyPair
    expect(support.isKeyPair(structuredClone(keyPair))).toBe(true)
    for (const other of [
      undefined,
      null,
      'key',
      {},
      { publicKey },
      { publicKey, privateKey: {} },
    ]) {
      expect(support.isKeyPair(other)).toBe(false)
      expect(() => support.handle(other)).toThrow(TypeError)
    }
    expect(support.isKeyPair({ publicKey: privateKey, privateKey: publicKey })).toBe(false)
  })

  it('has one handle for each key pair, because that is where the nonces are', async () => {
    const { support, keyPair } = await createSupport()
    expect(support.handle(keyPair)).toBe(support.handle(keyPair))
    expect(support.handle(await support.createKeyPair())).not.toBe(support.handle(keyPair))
  })

  it('names a key by its thumbprint', async () => {
    const { support, keyPair } = await createSupport()
    const expected = await calculateJwkThumbprint(await exportJWK(keyPair.publicKey))
    expect(await support.thumbprint(keyPair)).toBe(expected)
  })
})

describe('proofHeaders', () => {
  it('proves the key for one method, one URL and one token', async () => {
    const { support, keyPair } = await createSupport()
    const headers = await support.proofHeaders({ keyPair, accessToken, method: 'patch', url })
    expect(Object.keys(headers).sort()).toEqual(['authorization', 'dpop'])
    expect(headers['authorization']).toBe('DPoP access-secret')
    const { payload } = await readProof(headers['dpop'], keyPair)
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(accessToken))
    expect(payload).toMatchObject({
      htm: 'PATCH',
      htu: 'https://api.example/v2/orders',
      ath: Buffer.from(hash).toString('base64url'),
    })
  })

  it('makes a new proof for every send', async () => {
    const { support, keyPair } = await createSupport()
    const identifiers = await Promise.all(
      [1, 2].map(async () => {
        const headers = await support.proofHeaders({ keyPair, accessToken, method: 'GET', url })
        return (await readProof(headers['dpop'], keyPair)).payload.jti
      }),
    )
    expect(identifiers).toEqual([expect.any(String), expect.any(String)])
    expect(identifiers[0]).not.toBe(identifiers[1])
  })
})

describe('send', () => {
  const nonceChallenge = 'DPoP error="use_dpop_nonce"'

  async function sendTo(
    support: DpopSupport,
    keyPair: CryptoKeyPair,
    response: Response,
    to: string = url,
  ) {
    let proof = ''
    const sent = await support.send({ keyPair, accessToken, method: 'GET', url: to }, (headers) => {
      proof = headers['dpop'] ?? ''
      return Promise.resolve(response)
    })
    const { payload } = await readProof(proof, keyPair)
    return { ...sent, nonce: payload['nonce'] }
  }

  it('gives back the response as it came', async () => {
    const { support, keyPair } = await createSupport()
    const response = new Response('body', {
      status: 403,
      headers: { 'www-authenticate': 'DPoP error="insufficient_scope"' },
    })
    const sent = await sendTo(support, keyPair, response)
    expect(sent.response).toBe(response)
    expect(sent.nonceRequired).toBe(false)
    expect(await response.text()).toBe('body')
  })

  it('rejects as its dispatch does', async () => {
    const { support, keyPair } = await createSupport()
    const broken = new TypeError('Failed to fetch')
    await expect(
      support.send({ keyPair, accessToken, method: 'GET', url }, () => Promise.reject(broken)),
    ).rejects.toBe(broken)
  })

  it('knows a server that wants a nonce, and uses that nonce from then on', async () => {
    const { support, keyPair } = await createSupport()
    const headers = { 'www-authenticate': nonceChallenge, 'dpop-nonce': 'n-1' }
    const first = await sendTo(support, keyPair, new Response(null, { status: 401, headers }))
    expect(first).toMatchObject({ nonceRequired: true, nonce: undefined })
    const next = new Response(null, { headers: { 'dpop-nonce': 'n-2' } })
    expect(await sendTo(support, keyPair, next)).toMatchObject({
      nonceRequired: false,
      nonce: 'n-1',
    })
    expect(await sendTo(support, keyPair, new Response())).toMatchObject({ nonce: 'n-2' })
  })

  it('does not tell one server the nonce of another', async () => {
    const { support, keyPair } = await createSupport()
    await sendTo(support, keyPair, new Response(null, { headers: { 'dpop-nonce': 'n-1' } }))
    const elsewhere = await sendTo(support, keyPair, new Response(), 'https://files.example/a')
    expect(elsewhere.nonce).toBeUndefined()
  })

  it('knows a hidden challenge for a nonce by a nonce that is new', async () => {
    const { support, keyPair } = await createSupport()
    const refusal = (): Response =>
      new Response(null, { status: 401, headers: { 'dpop-nonce': 'n-1' } })
    expect((await sendTo(support, keyPair, refusal())).nonceRequired).toBe(true)
    expect((await sendTo(support, keyPair, refusal())).nonceRequired).toBe(false)
  })

  it.each<[string, ResponseInit]>([
    ['a refusal without a nonce', { status: 401 }],
    [
      'a challenge about the token, though a nonce comes with it',
      {
        status: 401,
        headers: { 'www-authenticate': 'DPoP error="invalid_token"', 'dpop-nonce': 'n-1' },
      },
    ],
    ['a success with a nonce', { status: 200, headers: { 'dpop-nonce': 'n-1' } }],
    [
      'a challenge that comes with another status',
      { status: 400, headers: { 'www-authenticate': nonceChallenge } },
    ],
  ])('sees no wish for a nonce in %s', async (_, init) => {
    const { support, keyPair } = await createSupport()
    expect((await sendTo(support, keyPair, new Response(null, init))).nonceRequired).toBe(false)
  })

  it('sends in cleartext to loopback only', async () => {
    const { support, keyPair } = await createSupport()
    const loopback = await sendTo(support, keyPair, new Response(), 'http://localhost:4000/orders')
    expect(loopback.response.status).toBe(200)
    await expect(
      sendTo(support, keyPair, new Response(), 'http://api.example/orders'),
    ).rejects.toThrow()
  })
})
