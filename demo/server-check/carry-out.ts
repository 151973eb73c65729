import { isGranted } from './journal.ts'
import type { Answer, Entry, TokenName } from './journal.ts'
import type { Metadata } from './metadata.ts'
import type { Step } from './plan.ts'
import { readAnswer } from './read-answer.ts'
import type { Tokens } from './tokens.ts'
import { postForm, send } from './wire.ts'
import type { Wire } from './wire.ts'

const shortPauseMs = 2_000
const longestPauseMs = 15_000

/** What the page does with the session of the test user. */
export type SessionStep = Exclude<Step, { do: 'sign-in' | 'nothing' }>

export interface Probing {
  /** Sends what the step says, and says what was seen. */
  carryOut(step: SessionStep): Promise<Entry>
  /** Turns the code of a callback into tokens. */
  redeem(code: string, verifier: string, redirectUri: string): Promise<Answer>
}

export function createProbing(options: {
  readonly metadata: Metadata
  readonly clientId: string
  readonly wire: Wire
  readonly tokens: Tokens
}): Probing {
  const { metadata, clientId, wire, tokens } = options
  const spentAt = new Map<TokenName, number>()

  async function ask(form: Readonly<Record<string, string>>): Promise<Answer> {
    const all = { client_id: clientId, ...form }
    return readAnswer(await postForm(wire, metadata.token_endpoint, all), tokens)
  }

  /** Once more after a pause where the server has no time: that spends nothing. */
  async function askPatiently(form: Readonly<Record<string, string>>): Promise<Answer> {
    const first = await ask(form)
    if (first.kind !== 'busy') return first
    const seconds = Number(first.retryAfter ?? Number.NaN)
    const pauseMs = Number.isFinite(seconds) ? seconds * 1_000 : shortPauseMs
    await wire.sleep(Math.min(Math.max(pauseMs, 0), longestPauseMs))
    const second = await ask(form)
    // Kept, because it says something of the headers.
    return second.kind === 'busy' ? { ...first, ...second } : second
  }

  function refreshForm(name: TokenName, scope?: string): Record<string, string> {
    return {
      grant_type: 'refresh_token',
      refresh_token: tokens.valueOf(name),
      ...(scope !== undefined && { scope }),
    }
  }

  function noteSpent(name: TokenName, answer: Answer): void {
    if (isGranted(answer) && !spentAt.has(name)) spentAt.set(name, wire.now())
  }

  async function refresh(step: Extract<SessionStep, { do: 'refresh' }>): Promise<Entry> {
    const { probe, present, scope, atAgeMs } = step
    const spent = spentAt.get(present)
    if (spent !== undefined && atAgeMs !== undefined) {
      await wire.sleep(Math.max(0, spent + atAgeMs - wire.now()))
    }
    const ageMs = spent === undefined ? undefined : wire.now() - spent
    const answer = await askPatiently(refreshForm(present, scope))
    noteSpent(present, answer)
    return {
      step: 'refresh',
      probe,
      presented: present,
      ...(ageMs !== undefined && { ageMs }),
      ...(scope !== undefined && { scope }),
      answer,
    }
  }

  async function pair(present: TokenName): Promise<Entry> {
    const answers: Answer[] = []
    const once = async (): Promise<void> => {
      const answer = await ask(refreshForm(present))
      noteSpent(present, answer)
      answers.push(answer)
    }
    await Promise.all([once(), once()])
    const [first = { kind: 'unreadable' }, second = { kind: 'unreadable' }] = answers
    return { step: 'pair', presented: present, answers: [first, second] }
  }

  async function revoke(present: TokenName): Promise<Entry> {
    const form = {
      client_id: clientId,
      token: tokens.valueOf(present),
      token_type_hint: 'refresh_token',
    }
    const response = await postForm(wire, metadata.revocation_endpoint ?? '', form)
    const answer = response?.ok ? ({ kind: 'done' } as const) : await readAnswer(response, tokens)
    return { step: 'revoke', presented: present, answer }
  }

  async function userInfo(step: Extract<SessionStep, { do: 'user-info' }>): Promise<Entry> {
    const { probe, present } = step
    const headers = { authorization: `Bearer ${tokens.valueOf(present)}` }
    const response = await send(wire, metadata.userinfo_endpoint ?? '', { headers })
    return {
      step: 'user-info',
      probe,
      presented: present,
      ...(response && { status: response.status }),
    }
  }

  return {
    carryOut(step) {
      switch (step.do) {
        case 'refresh':
          return refresh(step)
        case 'pair':
          return pair(step.present)
        case 'revoke':
          return revoke(step.present)
        case 'user-info':
          return userInfo(step)
      }
    },
    redeem: (code, verifier, redirectUri) =>
      ask({
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      }),
  }
}
