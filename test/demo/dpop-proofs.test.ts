import { createHash, randomUUID } from 'node:crypto'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { createDpopProofs } from '../../demo/dpop-proofs.ts'

const origin = 'http://localhost:4182'
const token = 'access-token'

async function setUp() {
  const proofs = createDpopProofs(origin)
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  const jkt = await calculateJwkThumbprint(jwk)

  function prove(changes: object = {}): Promise<string> {
    const claims = {
      htm: 'GET',
      htu: `${origin}/orders`,
      ath: createHash('sha256').update(token).digest('base64url'),
      iat: Math.floor(Date.now() / 1_000),
      jti: randomUUID(),
      nonce: proofs.nonce(),
      ...changes,
    }
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .sign(privateKey)
  }

  function objectionTo(proof: string | undefined, boundTo = jkt): Promise<string | undefined> {
    const request = new IncomingMessage(new Socket())
    Object.assign(request, { method: 'GET', url: '/orders?page=2', headers: { dpop: proof } })
    return proofs.objectionTo({ request, token, jkt: boundTo })
  }
  return { proofs, prove, objectionTo }
}

test('a proof of the key, for this request, token and nonce is taken', async () => {
  const { prove, objectionTo } = await setUp()
  expect(await objectionTo(await prove())).toBeUndefined()
})

const now = Math.floor(Date.now() / 1_000)

test.each<[string, object]>([
  ['another method', { htm: 'POST' }],
  ['another address', { htu: `${origin}/reports` }],
  ['another origin', { htu: 'http://localhost/orders' }],
  ['no address', { htu: undefined }],
  ['another token', { ath: createHash('sha256').update('another').digest('base64url') }],
  ['no token', { ath: undefined }],
  ['another time', { iat: now - 3_600 }],
  ['a time to come', { iat: now + 3_600 }],
  ['no time', { iat: undefined }],
  ['no jti', { jti: undefined }],
])('a proof for %s is not', async (_, changes) => {
  const { prove, objectionTo } = await setUp()
  expect(await objectionTo(await prove(changes))).toBe('invalid_dpop_proof')
})

test('a proof of another key, a broken one or none is not', async () => {
  const { prove, objectionTo } = await setUp()
  const proof = await prove()
  expect(await objectionTo(proof, 'another')).toBe('invalid_dpop_proof')
  expect(await objectionTo(`${proof.slice(0, -8)}AAAAAAAA`)).toBe('invalid_dpop_proof')
  expect(await objectionTo(undefined)).toBe('invalid_dpop_proof')
})

test('a proof is taken once', async () => {
  const { prove, objectionTo } = await setUp()
  const proof = await prove()
  expect(await objectionTo(proof)).toBeUndefined()
  expect(await objectionTo(proof)).toBe('invalid_dpop_proof')
})

test('the nonce before is good until the next change', async () => {
  const { proofs, prove, objectionTo } = await setUp()
  const nonce = proofs.nonce()
  proofs.changeNonce()
  expect(proofs.nonce()).not.toBe(nonce)
  expect(await objectionTo(await prove({ nonce }))).toBeUndefined()
  proofs.changeNonce()
  expect(await objectionTo(await prove({ nonce }))).toBe('use_dpop_nonce')
  expect(await objectionTo(await prove({ nonce: undefined }))).toBe('use_dpop_nonce')
  expect(await objectionTo(await prove())).toBeUndefined()
})
