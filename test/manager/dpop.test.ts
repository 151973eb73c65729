import { describe, expect, it } from 'vitest'
import { createTokenManager, dpop, type TokenManagerOptions } from '../../src/index.ts'
import { createFakeAuthorizationServer, createTestBrowser } from '../../src/testing/index.ts'
import { json } from '../oauth/server-double.ts'
import { failureOf, named } from '../support/failure.ts'

const api = 'https://api.example/v2/'

/** A server and an API that want a nonce in every proof, and change it whenever they are told to. */
function openStage() {
  const server = createFakeAuthorizationServer({ extra: { token_type: 'DPoP' } })
  const browser = createTestBrowser()
  const nonces = { server: 'server-1', api: 'api-1', areHidden: false, areRepeated: true }
  /** For an API that exposes nothing but the nonce, and names another one each time. */
  const after: { reply?: (response: Response) => void } = {}
  const sends: { to: 'server' | 'api'; nonce: unknown; scheme: string; status: number }[] = []
  const killed = new Set<string>()

  function answer(to: 'server' | 'api', headers: Headers, judge: () => Response): Response {
    const nonce = nonceIn(headers.get('dpop'))
    const scheme = headers.get('authorization')?.split(' ')[0] ?? ''
    const isKnown = nonce === nonces[to]
    const response = isKnown ? judge() : refusal(to)
    const isNamed = nonces.areRepeated || !isKnown
    if (isNamed && !nonces.areHidden) response.headers.set('dpop-nonce', nonces[to])
    if (to === 'api') after.reply?.(response)
    sends.push({ to, nonce, scheme, status: response.status })
    return response
  }

  server.answerAlways(({ headers, proceed }) => answer('server', headers, proceed))

  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    if (!url.startsWith(api)) return server.fetch(url, init)
    const headers = new Headers(init?.headers)
    const token = (headers.get('authorization') ?? '').replace(/^\w+ /, '')
    return answer('api', headers, () =>
      killed.has(token) || !server.accepts(token)
        ? new Response(null, {
            status: 401,
            headers: { 'www-authenticate': 'DPoP error="invalid_token"' },
          })
        : new Response('ok'),
    )
  }

  function open(more: Partial<TokenManagerOptions> = {}, tab = browser.openTab()) {
    const auth = createTokenManager(
      {
        authorizationServer: server.metadata,
        clientId: 'spa',
        resourceServers: [api],
        dpop: dpop(),
        storage: browser.store,
        refreshAhead: 'never',
        fetch,
        ...more,
      },
      tab.ports,
    )
    return Object.assign(tab, { auth })
  }
  return { server, browser, nonces, after, sends, killed, open }
}

function refusal(to: 'server' | 'api'): Response {
  return to === 'server'
    ? Response.json({ error: 'use_dpop_nonce' }, { status: 400 })
    : new Response(null, {
        status: 401,
        headers: { 'www-authenticate': 'DPoP error="use_dpop_nonce"' },
      })
}

function nonceIn(proof: string | null): unknown {
  const claims = JSON.parse(Buffer.from(proof?.split('.')[1] ?? '', 'base64url').toString() || '{}')
  return (claims as Record<string, unknown>)['nonce']
}

describe('DPoP nonces', () => {
  it('outlive rotations: one send for each request and each renewal once they are known', async () => {
    const { server, sends, open } = openStage()
    const { auth } = open()
    await auth.startSession(server.signIn())
    await auth.refresh()
    expect((await auth.fetch(api)).status).toBe(200)
    sends.length = 0
    for (let round = 0; round < 10; round += 1) {
      await auth.refresh()
      expect((await auth.fetch(api)).status).toBe(200)
    }
    expect(sends.map(({ to, status }) => `${to} ${status}`)).toEqual(
      Array.from({ length: 10 }, () => ['server 200', 'api 200']).flat(),
    )
  })

  it('are known to a storm after a renewal', async () => {
    const { server, sends, open } = openStage()
    const { auth } = open()
    await auth.startSession(server.signIn())
    await auth.refresh()
    await auth.fetch(api)
    await auth.refresh()
    sends.length = 0
    await Promise.all(Array.from({ length: 30 }, () => auth.fetch(api)))
    expect(sends).toHaveLength(30)
  })

  it('of the authorization server reach the other tabs and the next load with the record', async () => {
    const { server, sends, open } = openStage()
    const first = open()
    await first.auth.startSession(server.signIn())
    await first.auth.refresh()
    sends.length = 0
    const second = open()
    await second.auth.refresh()
    expect(sends.map(({ nonce, status }) => [nonce, status])).toEqual([['server-1', 200]])
  })

  it('that a server names in its refusals only reach the other tabs and the next load, too', async () => {
    const { server, sends, nonces, open } = openStage()
    nonces.areRepeated = false
    const first = open()
    await first.auth.startSession(server.signIn())
    await first.auth.refresh()
    sends.length = 0
    const second = open()
    await second.auth.refresh()
    await first.auth.refresh()
    nonces.server = 'server-2'
    await second.auth.refresh()
    await first.auth.refresh()
    expect(sends.map(({ nonce, status }) => [nonce, status])).toEqual([
      ['server-1', 200],
      ['server-1', 200],
      ['server-1', 400],
      ['server-2', 200],
      ['server-2', 200],
    ])
  })

  it('that a server names with the tokens are used by the next load, in place of the one it took', async () => {
    const { server, sends, nonces, open } = openStage()
    const first = open()
    await first.auth.startSession(server.signIn())
    await first.auth.refresh()
    server.answerNext(({ proceed }) => {
      nonces.server = 'server-2'
      const response = proceed()
      response.headers.set('dpop-nonce', 'server-2')
      return response
    })
    await first.auth.refresh()
    sends.length = 0
    await open().auth.refresh()
    expect(sends.map(({ nonce, status }) => [nonce, status])).toEqual([['server-2', 200]])
  })

  it('that another tab was named later count more than what this one heard before', async () => {
    const { server, sends, nonces, open } = openStage()
    const [first, second] = [open(), open()]
    await first.auth.startSession(server.signIn())
    await first.auth.refresh()
    await second.auth.refresh()
    nonces.server = 'server-2'
    await first.auth.refresh()
    sends.length = 0
    await second.auth.refresh()
    expect(sends.map(({ nonce, status }) => [nonce, status])).toEqual([['server-2', 200]])
  })

  it('come with any reply, and are used by the next send', async () => {
    const { server, sends, nonces, open } = openStage()
    const { auth } = open()
    await auth.startSession(server.signIn())
    await auth.refresh()
    await auth.fetch(api)
    nonces.api = 'api-2'
    await auth.fetch(api)
    sends.length = 0
    await auth.fetch(api)
    expect(sends.map(({ nonce }) => nonce)).toEqual(['api-2'])
  })

  it('survive the 401 of a killed token, so that its successor gets a 200', async () => {
    const { server, killed, open } = openStage()
    const { auth } = open()
    await auth.startSession(server.signIn())
    await auth.refresh()
    await auth.fetch(api)
    killed.add(await auth.getAccessToken())
    expect((await auth.fetch(api)).status).toBe(200)
  })

  it.each<[string, (count: number) => string]>([
    ['another nonce', (count) => `api-${count}`],
    ['a nonce that is empty', () => ''],
  ])(
    'do not keep a dead token alive, where the challenge is hidden and each reply has %s',
    async (_, nonce) => {
      const { server, sends, nonces, after, killed, open } = openStage()
      const { auth } = open()
      await auth.startSession(server.signIn())
      await auth.refresh()
      await auth.fetch(api)
      after.reply = ({ headers }) => {
        headers.delete('www-authenticate')
        if (nonce(0) !== '') nonces.api = nonce(sends.length)
        headers.set('dpop-nonce', nonce(sends.length))
      }
      expect((await auth.fetch(api)).status).toBe(200)
      expect((await auth.fetch(api)).status).toBe(200)
      killed.add(await auth.getAccessToken())
      await auth.fetch(api)
      expect((await auth.fetch(api)).status).toBe(200)
      expect(server.counts.grants).toBe(2)
    },
  )

  it('that a server wants again and again end in an error that passes', async () => {
    const { server, open } = openStage()
    const { auth } = open({ patienceMs: 0 })
    await auth.startSession(server.signIn())
    let asked = 0
    server.answerAlways(() => {
      asked += 1
      return json(400, { error: 'use_dpop_nonce' }, { 'dpop-nonce': `again-${asked}` })
    })
    const failure = await failureOf(auth.refresh())
    expect(named(failure)).toBe('RefreshUnavailableError SERVER_UNAVAILABLE')
    expect(asked).toBe(2)
    expect(auth.getState()).toMatchObject({ status: 'signed-in', refresh: { phase: 'waiting' } })
  })

  it('that a server hides are its developer’s to show: the error names the header', async () => {
    const { server, nonces, open } = openStage()
    const { auth } = open()
    await auth.startSession(server.signIn())
    await auth.refresh()
    nonces.areHidden = true
    nonces.api = 'api-2'
    nonces.server = 'server-2'
    for (const call of [auth.fetch(api), auth.refresh()]) {
      const error = await failureOf(call)
      expect(error).toMatchObject({ name: 'ConfigurationError', code: 'NONCE_NOT_EXPOSED' })
      expect(String(error)).toContain('DPoP-Nonce')
    }
    expect(auth.getState()).toMatchObject({ status: 'signed-in', refresh: { phase: 'halted' } })
  })
})

describe('with the option dpop', () => {
  it('a bearer token that the app hands over is not sent: it is renewed first', async () => {
    const { server, sends, open } = openStage()
    const { auth } = open()
    await auth.startSession({ ...server.signIn(), token_type: 'Bearer' })
    await auth.fetch(api)
    expect(sends.filter(({ to }) => to === 'api').map(({ scheme }) => scheme)).toEqual([
      'DPoP',
      'DPoP',
    ])
  })

  it('a bearer token that cannot be renewed is refused when it is handed over', async () => {
    const { open } = openStage()
    const { auth } = open()
    const response = { access_token: 'a', token_type: 'Bearer', expires_in: 300 }
    await expect(auth.startSession(response)).rejects.toThrow(TypeError)
    expect(auth.getState()).toMatchObject({ status: 'signed-out', reason: 'never' })
  })

  it.each(['fetch', 'getAccessToken', 'getAuthorizationHeaders'] as const)(
    'a bearer token of a record from before is not given out by %s, and the key that it lacks ends the session',
    async (method) => {
      const { server, sends, browser, open } = openStage()
      const before = open({ dpop: undefined })
      await before.auth.startSession({ ...server.signIn(), token_type: 'Bearer' })
      before.auth.dispose()
      const { auth } = open({}, browser.openTab())
      const call = method === 'getAccessToken' ? auth.getAccessToken() : auth[method](api)
      expect(await failureOf(call)).toMatchObject({ name: 'SessionEndedError', code: 'KEY_LOST' })
      expect(sends).toEqual([])
    },
  )

  it.each([true, false])(
    'a key that is gone ends the session (renewable: %s)',
    async (renewable) => {
      const { server, sends, browser, open } = openStage()
      const first = open()
      const { refresh_token, ...rest } = server.signIn()
      await first.auth.startSession(renewable ? { ...rest, refresh_token } : rest)
      first.auth.dispose()
      const [key] = [
        `session ${['https://as.example', 'spa', 'default'].map(encodeURIComponent).join(' ')}`,
      ]
      await browser.store.update(key, (stored) => {
        const record = stored as { session: object }
        return {
          put: { ...record, session: { ...record.session, senderKey: {} } },
          result: undefined,
        }
      })
      const { auth } = open({}, browser.openTab())
      expect(await failureOf(auth.fetch(api))).toMatchObject({
        name: 'SessionEndedError',
        code: 'KEY_LOST',
      })
      expect(auth.getState()).toMatchObject({ status: 'signed-out', reason: 'key-lost' })
      expect(sends).toEqual([])
    },
  )
})
