import { createProbing } from '../../demo/server-check/carry-out.ts'
import { conclude } from '../../demo/server-check/conclude.ts'
import type { Conclusions } from '../../demo/server-check/conclude.ts'
import type { Entry, Journal } from '../../demo/server-check/journal.ts'
import { lookAround } from '../../demo/server-check/look-around.ts'
import type { Metadata } from '../../demo/server-check/metadata.ts'
import { runProbes } from '../../demo/server-check/run-probes.ts'
import type { Halt } from '../../demo/server-check/run-probes.ts'
import type { Settings } from '../../demo/server-check/settings.ts'
import { createTokens, highestName } from '../../demo/server-check/tokens.ts'
import type { Wire } from '../../demo/server-check/wire.ts'
import { createStandIn } from './stand-in.ts'
import type { StandInOptions } from './stand-in.ts'

export const origin = 'https://login.example.com'

export const settings: Settings = {
  issuer: origin,
  clientId: 'spa',
  scope: 'openid offline_access orders:read orders:write',
  parameters: '',
  metadata: '',
  patience: 'usual',
}

export const agesMs: readonly number[] = [1_000, 5_000, 12_000, 35_000]

export interface Checked {
  readonly journal: Journal
  readonly metadata: Metadata | undefined
  readonly halt: Halt
  readonly signIns: number
  readonly conclusions: Conclusions
  /** Every value of a token that the server gave out. */
  readonly secrets: readonly string[]
}

/** The whole check as the page makes it, at a server in memory, in no time. */
export async function checkInMemory(options: StandInOptions): Promise<Checked> {
  let time = 1_000_000
  const secrets: string[] = []
  const answer = createStandIn(origin, options, () => time)
  const wire: Wire = {
    now: () => time,
    async sleep(ms) {
      time += ms
    },
    async fetch(input, init = {}) {
      const { method = 'GET', body } = init
      const text = body instanceof URLSearchParams ? body.toString() : ''
      const url = input instanceof Request ? input.url : input.toString()
      const reply = answer({ method, url, headers: new Headers(init.headers), body: text })
      if (!reply.isReadable && init.mode !== 'no-cors') throw new TypeError('Failed to fetch')
      for (const [, value = ''] of reply.body.matchAll(/"(?:access|refresh)_token":"([^"]*)"/g)) {
        secrets.push(value)
      }
      const shown = ['content-type', ...options.exposed.toLowerCase().split(', ')]
      const headers = Object.entries(reply.headers).filter(([name]) => shown.includes(name))
      await Promise.resolve()
      time += 5
      return new Response(reply.body, { status: reply.status, headers })
    },
  }

  const surroundings = await lookAround(settings, wire, 'https://check.example.com/')
  const { metadata } = surroundings
  let journal: Journal = surroundings.entries
  const planOptions = { agesMs, canRevoke: metadata?.revocation_endpoint !== undefined }
  const saw = (entry: Entry): void => {
    journal = [...journal, entry]
  }
  let halt: Halt = { do: metadata ? 'sign-in' : 'nothing', open: [] }
  let signIns = 0
  while (metadata && halt.do === 'sign-in') {
    signIns += 1
    const tokens = createTokens(highestName(JSON.stringify(journal)))
    const probing = createProbing({ metadata, clientId: settings.clientId, wire, tokens })
    const verifier = 'a-verifier'
    const challenge = Buffer.from(
      await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)),
    ).toString('base64url')
    const query = new URLSearchParams({
      scope: settings.scope,
      code_challenge: challenge,
      redirect_uri: 'https://check.example.com/',
    })
    const { location = '' } = answer({
      method: 'GET',
      url: `/authorize?${query.toString()}`,
      headers: new Headers(),
      body: '',
    }).headers
    const code = new URL(location).searchParams.get('code') ?? ''
    const redeemed = await probing.redeem(code, verifier, 'https://check.example.com/')
    saw({ step: 'sign-in', scope: settings.scope, answer: redeemed })
    halt = await runProbes({
      journal,
      planOptions,
      probing,
      goesOn: () => journal.length < 200,
      saw,
    })
  }
  return { journal, metadata, halt, signIns, conclusions: conclude(journal), secrets }
}
