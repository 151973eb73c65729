import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  RefreshUnavailableError,
  type TokenManager,
  type TokenManagerEvent,
  type TokenManagerOptions,
} from '../../src/index.ts'
import { createSessionReport, logEvents } from '../../src/report/index.ts'
import { json } from '../oauth/server-double.ts'
import { idToken } from '../support/id-token.ts'
import { openExpiredTabs } from '../support/open-tabs.ts'
import { createProfile, settle } from '../support/tabs.ts'

/** A manager that says what it is told to. */
function createSpeaker(
  state: ReturnType<TokenManager['getState']> = { status: 'signed-out', reason: 'never' },
): Pick<TokenManager, 'observe' | 'getState'> & { say(event: TokenManagerEvent): void } {
  const observers = new Set<(event: TokenManagerEvent) => void>()
  return {
    getState: () => state,
    observe(observer) {
      observers.add(observer)
      return () => observers.delete(observer)
    },
    say(event) {
      for (const observer of observers) observer(event)
    },
  }
}

const at = Date.UTC(2030, 0, 1)

describe('a session report', () => {
  it('says why the user was signed out, when, and what came before', async () => {
    const { profile, tab, peer } = await openExpiredTabs()
    const reports = [tab, peer].map(({ auth }) => createSessionReport(auth))
    const token = profile.server.secrets.at(-1) ?? ''
    profile.server.answerNext(() =>
      json(400, { error: 'invalid_grant', error_description: `no such token: ${token}` }),
    )
    await tab.auth.getAccessToken().catch(() => undefined)
    await settle()
    const [here, there] = reports.map((report) => report.text())
    for (const text of [here, there]) {
      expect(text).toMatch(/^state: status=signed-out reason=rejected error=\(.*code=REJECTED/m)
      expect(text).toMatch(/^last end: 2030-01-01T00:10:00\.000Z session-ended reason=rejected/m)
      expect(text).toContain('error=invalid_grant')
      expect(text).toContain('[redacted]')
      for (const secret of profile.server.secrets) expect(text).not.toContain(secret)
    }
    expect(here).toContain('decidedHere=true')
    expect(there).toContain('decidedHere=false')
    expect(here).toMatch(/^2030-01-01T00:10:00\.000Z sent generation=1$/m)
  })

  it('is not filled up by what is told the other tabs', () => {
    const speaker = createSpeaker()
    const report = createSessionReport(speaker)
    speaker.say({ type: 'held-off', at, code: 'NETWORK', attempt: 1, retryAt: at })
    for (let count = 0; count < 200; count += 1) {
      speaker.say({ type: 'announced', at, generation: 1 })
    }
    expect(report.text()).toContain('held-off code=NETWORK')
    expect(report.text()).not.toContain('announced')
  })

  it('says of a name for the session only that there is one, and of an audience no query', () => {
    const options = { sessionName: 'ann@example.com', audience: 'https://api.example/?key=s3cr3t' }
    const text = createSessionReport(createSpeaker(), { options }).text()
    expect(text).not.toMatch(/ann@|s3cr3t/)
    expect(text).toContain('sessionName')
    expect(text).toContain('audience=https://api.example/')
  })

  it('does not say who the user is', async () => {
    const profile = createProfile()
    const { auth } = profile.openTab()
    const report = createSessionReport(auth)
    const person = { sub: 'user-4711', email: 'ann@example.com' }
    await auth.startSession(profile.server.signIn({ id_token: idToken(person) }))
    expect(auth.getState()).toMatchObject({ status: 'signed-in', sub: 'user-4711' })
    const text = report.text()
    expect(text).toContain('status=signed-in sub=(left out) claims=(left out)')
    expect(text).toContain('session-started sub=(left out)')
    expect(text).not.toMatch(/user-4711|ann@example/)
  })

  it('keeps the last hundred events and the last end, and says how many there were', () => {
    const speaker = createSpeaker()
    const report = createSessionReport(speaker)
    const [reason, code] = ['expired', 'EXPIRED'] as const
    speaker.say({ at, type: 'session-ended', reason, code, decidedHere: true })
    for (let generation = 1; generation <= 150; generation += 1) {
      speaker.say({ at, type: 'adopted', generation })
    }
    const lines = report.text().split('\n')
    expect(lines.filter((line) => line.includes('adopted'))).toHaveLength(100)
    expect(lines).toContain('events: 100, and 51 before them')
    expect(lines.at(-2)).toContain('generation=150')
    expect(report.text()).toContain('last end: 2030-01-01T00:00:00.000Z session-ended')
  })

  it('has one line for each event, however a server puts its words', () => {
    const speaker = createSpeaker()
    const report = createSessionReport(speaker)
    const error_description = `\n2030-01-01T00:00:00.000Z session-started\u2028${'x'.repeat(10_000)}`
    const [reason, code] = ['rejected', 'REJECTED'] as const
    const oauth = {
      error: 'invalid_grant',
      error_description,
      error_uri: 'https://as.example/?a=b',
    }
    speaker.say({ at, type: 'session-ended', reason, code, oauth, decidedHere: true })
    const lines = report.text().split('\n')
    expect(lines.filter((line) => line.includes('session-started'))).toHaveLength(2)
    expect(lines.filter((line) => /^2030\S+ session-started/.test(line))).toEqual([])
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(1_000)
    expect(report.text()).not.toContain('a=b')
  })

  it('tells the options, without queries, users, and values of parameters', () => {
    const report = createSessionReport(createSpeaker(), {
      options: {
        authorizationServer: 'https://ann:pass@login.example.com/tenant?key=query#part',
        clientId: 'spa',
        scope: 'openid orders:read',
        redirectUri: '/callback?key=query',
        resourceServers: ['https://api.example.com/v2/', { url: 'https://b.example/?key=query' }],
        authorizationParameters: { organization: 'org-4711' },
        storage: { read: () => Promise.resolve(), update: () => Promise.reject(new Error()) },
        fetch: () => Promise.reject(new Error()),
        patienceMs: 0,
      },
    })
    const line = report.text().split('\n')[2]
    expect(line).toBe(
      'options: authorizationServer=https://login.example.com/tenant isMetadataGiven=false ' +
        'clientId=spa scope="openid orders:read" patienceMs=0 redirectUri=/callback storage=own ' +
        'resourceServers=["https://api.example.com/v2/","https://b.example/"] ' +
        'authorizationParameters=["organization"] with=["fetch"]',
    )
  })

  it('tells every option that is no secret, and of what the app brings along that it is there', () => {
    const report = createSessionReport(createSpeaker(), {
      options: {
        leewayMs: 1,
        refreshAhead: 'visible',
        tokenRequestTimeoutMs: 2,
        spentRefreshToken: ['dead'],
        audience: 'https://a.example/?key=query',
        resource: 'https://r.example/?key=query',
        postLogoutRedirectUri: '/bye?key=query',
        sessionName: 'ann',
        dpop: {} as never,
        courier: {} as never,
        idle: {} as never,
        endSession: {} as never,
      },
    })
    expect(report.text().split('\n')[2]).toBe(
      'options: isMetadataGiven=false leewayMs=1 refreshAhead=visible tokenRequestTimeoutMs=2 ' +
        'spentRefreshToken=["dead"] audience=https://a.example/ resource=https://r.example/ ' +
        'postLogoutRedirectUri=/bye with=["sessionName","dpop","courier","idle","endSession"]',
    )
  })

  it('is made of options of every form', () => {
    const givenOptions: Partial<TokenManagerOptions>[] = [
      {},
      { authorizationServer: { issuer: 'https://as.example', token_endpoint: '/token' } },
      { storage: 'memory', resourceServers: undefined },
    ]
    for (const options of givenOptions) {
      expect(createSessionReport(createSpeaker(), { options }).text()).toContain('options:')
    }
  })

  it('names the kind of what cannot be written down, such as a function in an error', () => {
    const down = new RefreshUnavailableError('NETWORK', 'Down.', { outcome: 'unknown' })
    const error = Object.assign(down, { retry() {} })
    const refresh = { phase: 'waiting', retryAt: at, attempt: 1, error } as const
    const state = { status: 'signed-in', refreshable: true, generation: 1, refresh } as const
    expect(createSessionReport(createSpeaker(state)).text()).toContain(' retry=function')
  })

  it('outlasts what an own clock shows', () => {
    const speaker = createSpeaker()
    const report = createSessionReport(speaker)
    speaker.say({ at: Number.NaN, type: 'storage-available' })
    speaker.say({ at: 9e15, type: 'halted', code: 'X', until: Number.POSITIVE_INFINITY })
    expect(report.text()).toContain('NaN storage-available')
  })

  it('collects no more once it is stopped', () => {
    const speaker = createSpeaker()
    const report = createSessionReport(speaker)
    speaker.say({ at, type: 'storage-available' })
    report.stop()
    speaker.say({ at, type: 'record-newer' })
    expect(report.text()).toContain('storage-available')
    expect(report.text()).not.toContain('record-newer')
  })
})

describe('logEvents', () => {
  afterEach(() => void vi.restoreAllMocks())

  it('writes each event to the console, in one line, until it is told to stop', () => {
    const debug = vi.spyOn(console, 'debug').mockImplementation(() => {})
    const speaker = createSpeaker()
    const stop = logEvents(speaker)
    speaker.say({ at, type: 'held-off', code: 'NETWORK', attempt: 2, retryAt: at + 1_000 })
    stop()
    speaker.say({ at, type: 'record-newer' })
    expect(debug.mock.calls).toEqual([
      [
        'tokenring 2030-01-01T00:00:00.000Z held-off code=NETWORK attempt=2 retryAt=2030-01-01T00:00:01.000Z',
      ],
    ])
  })

  it('writes where it is told to', () => {
    const lines: string[] = []
    const speaker = createSpeaker()
    logEvents(speaker, (line) => lines.push(line))
    speaker.say({ at, type: 'record-newer' })
    expect(lines).toEqual(['tokenring 2030-01-01T00:00:00.000Z record-newer'])
  })
})
