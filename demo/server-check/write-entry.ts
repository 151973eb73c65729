import type { Answer, Entry, PageAnswer, Probe } from './journal.ts'

/** One line about what was done and seen, for the report. Tokens stand in it by their names. */
export function writeEntry(entry: Entry): string {
  switch (entry.step) {
    case 'endpoint':
      return `${entry.name} ${entry.url}: ${pageAnswer(entry.answer)}${
        entry.reply ? `; a made-up refresh token: ${writeAnswer(entry.reply)}` : ''
      }`
    case 'dpop':
      return `token request with a DPoP proof: ${pageAnswer(entry.answer)}${
        entry.asksForNonce
          ? `; it wants a nonce, ${entry.nonceReadable ? 'readable' : 'which a page cannot read'}`
          : ''
      }`
    case 'sign-in':
      return `sign-in, scope “${entry.scope}”: ${writeAnswer(entry.answer)}`
    case 'refresh':
      return `${entry.presented} presented (${reasons[entry.probe]}${
        entry.ageMs === undefined ? '' : `, ${seconds(entry.ageMs)} after it was spent`
      }): ${writeAnswer(entry.answer)}`
    case 'pair':
      return `${entry.presented} presented twice at one moment: ${entry.answers.map(writeAnswer).join(' | ')}`
    case 'revoke':
      return `${entry.presented} revoked: ${entry.answer.kind === 'done' ? 'done' : writeAnswer(entry.answer)}`
    case 'user-info':
      return `userinfo with ${entry.presented} (${accessTokens[entry.probe]}): ${entry.status ?? 'nothing that a page may read'}`
    case 'session-lost':
      return 'the page was reloaded or left, and the session with it'
  }
}

const reasons: Readonly<Record<Probe, string>> = {
  ordinary: 'an ordinary refresh',
  narrowed: 'asking for less scope',
  'after-narrowed': 'naming no scope again',
  'after-pair': 'the newest, after the pair',
  'after-pair-other': 'the other one of the pair',
  spend: 'an ordinary refresh',
  again: 'the same one again',
  'after-again': 'the newest, after that',
  'second-child': 'the later of two successors',
  'first-child': 'the earlier of two successors',
  'after-first-child': 'the newest, after that',
  window: 'the same one again',
  'after-window': 'the newest, after that',
  ancestor: 'one from long ago',
  'after-ancestor': 'the newest, after that',
  'after-revocation': 'after it was revoked',
}

const accessTokens = {
  new: 'the newest access token',
  old: 'one from before the refresh',
  'after-end': 'the newest, after the session was ended',
} as const

export function writeAnswer(answer: Answer): string {
  switch (answer.kind) {
    case 'tokens':
      return `granted, ${answer.refreshToken === undefined ? 'no refresh token' : answer.refreshToken}${
        answer.scope === undefined ? '' : `, scope “${answer.scope}”`
      }`
    case 'refused':
      return [
        'refused',
        answer.status === 0 ? 'at the login page' : answer.status,
        answer.error,
        answer.words && `(${answer.words})`,
      ]
        .filter((part) => part !== undefined && part !== '')
        .join(' ')
    case 'busy':
      return `status ${answer.status}${answer.retryAfter === undefined ? '' : `, Retry-After ${answer.retryAfter}`}`
    case 'odd':
      return answer.status === 0 ? 'a redirect' : `status ${answer.status}, and no token in it`
    case 'unreadable':
      return 'nothing that a page may read'
  }
}

function pageAnswer(answer: PageAnswer): string {
  switch (answer.kind) {
    case 'readable':
      return `readable, ${answer.status === 0 ? 'a redirect' : `status ${answer.status}`}`
    case 'hidden':
      return 'answers, but a page may not read it (CORS)'
    case 'silent':
      return 'no answer'
  }
}

export function seconds(ms: number): string {
  return ms < 950 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms / 1_000)} s`
}
