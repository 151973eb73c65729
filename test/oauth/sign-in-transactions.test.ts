import { describe, expect, it } from 'vitest'
import { createMemoryTokenStore } from '../../src/adapters/memory-token-store.ts'
import {
  createSignInTransactions,
  isTransaction,
  type SignInTransaction,
} from '../../src/oauth/sign-in-transactions.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'

const day = 86_400_000

function createTransactions() {
  const store = createMemoryTokenStore()
  const clock = createManualClock()
  const transactions = createSignInTransactions({
    store,
    key: 'sign-in',
    clock,
  })
  const begun = (state: string): SignInTransaction => ({
    state,
    verifier: `verifier of ${state}`,
    redirectUri: 'https://app.example/callback',
    returnTo: '/',
    createdAt: clock.now(),
  })
  return { store, clock, transactions, begun }
}

describe('createSignInTransactions', () => {
  it('gives each of several sign-ins back, in whatever order they come', async () => {
    const { transactions, begun } = createTransactions()
    await transactions.add(begun('a'))
    await transactions.add(begun('b'))
    expect(await transactions.take('b')).toEqual(begun('b'))
    expect(await transactions.take('a')).toEqual(begun('a'))
  })

  it('gives a sign-in back once, to one of those who ask at the same time', async () => {
    const { transactions, begun } = createTransactions()
    await transactions.add(begun('a'))
    const taken = await Promise.all(['a', 'a', 'a'].map(transactions.take))
    expect(taken.filter(isTransaction)).toEqual([begun('a')])
  })

  it('gives back everything that was written down', async () => {
    const { transactions, begun } = createTransactions()
    const whole = {
      ...begun('a'),
      nonce: 'n',
      scope: 'openid',
      maxAgeSeconds: 0,
      senderKey: { opaque: true },
    }
    await transactions.add(whole)
    expect(await transactions.take('a')).toEqual(whole)
  })

  it('keeps of a finished sign-in only where it wanted to go, for a day', async () => {
    const { transactions, begun, store, clock } = createTransactions()
    await transactions.add({ ...begun('a'), returnTo: '/orders', senderKey: {}, nonce: 'n' })
    await transactions.take('a')
    const finished = { state: 'a', returnTo: '/orders', finishedAt: clock.now() }
    expect(await store.read('sign-in')).toEqual([finished])
    clock.advance(day - 1)
    expect(await transactions.take('a')).toEqual(finished)
    clock.advance(1)
    expect(await transactions.take('a')).toBeUndefined()
    await transactions.add(begun('b'))
    expect(await store.read('sign-in')).toEqual([begun('b')])
  })

  it.each(['', 'b', 'A', 'undefined', '__proto__'])(
    'knows nothing of the state %j',
    async (state) => {
      const { transactions, begun } = createTransactions()
      expect(await transactions.take(state)).toBeUndefined()
      await transactions.add(begun('a'))
      expect(await transactions.take(state)).toBeUndefined()
      expect(await transactions.take('a')).toBeDefined()
    },
  )

  it('forgets a sign-in after a day', async () => {
    const { transactions, begun, clock } = createTransactions()
    await transactions.add(begun('a'))
    clock.advance(day - 1)
    await transactions.add(begun('b'))
    clock.advance(1)
    expect(await transactions.take('a')).toBeUndefined()
    expect(await transactions.take('b')).toBeDefined()
  })

  it('remembers the hundred newest, whatever has been finished meanwhile', async () => {
    const { transactions, begun, store } = createTransactions()
    for (let count = 1; count <= 101; count += 1) {
      await transactions.add(begun(`finished ${count}`))
      await transactions.take(`finished ${count}`)
    }
    for (let count = 1; count <= 101; count += 1) await transactions.add(begun(`state ${count}`))
    expect(await transactions.take('state 1')).toBeUndefined()
    expect(await transactions.take('state 2')).toBeDefined()
    expect(await transactions.take('state 101')).toBeDefined()
    expect(await store.read('sign-in')).toHaveLength(198)
  })

  it.each<[string, unknown]>([
    ['no list', { state: 'a' }],
    ['text', 'a'],
    ['a list of other things', [null, 'a', 7, []]],
    ['a verifier that is no text', [{ ...createTransactions().begun('a'), verifier: 7 }]],
    ['a nonce that is no text', [{ ...createTransactions().begun('a'), nonce: null }]],
    ['an age that is no number', [{ ...createTransactions().begun('a'), maxAgeSeconds: '5' }]],
    ['no time', [{ ...createTransactions().begun('a'), createdAt: undefined }]],
    ['an address that is none', [{ ...createTransactions().begun('a'), redirectUri: 'cb' }]],
  ])('finds nothing in storage that holds %s, and goes on', async (_, put) => {
    const { transactions, begun, store } = createTransactions()
    await store.update('sign-in', () => ({ put, result: undefined }))
    expect(await transactions.take('a')).toBeUndefined()
    await store.update('sign-in', () => ({ put, result: undefined }))
    await transactions.add(begun('b'))
    expect(await transactions.take('b')).toEqual(begun('b'))
  })
})
