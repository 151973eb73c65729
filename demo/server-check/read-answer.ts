import type { Answer } from './journal.ts'
import { parseJson } from './settings.ts'
import type { Tokens } from './tokens.ts'

const longest = 200

/** What an answer to a token request says, without the tokens in it. */
export async function readAnswer(response: Response | undefined, tokens: Tokens): Promise<Answer> {
  if (!response) return { kind: 'unreadable' }
  const { status, headers } = response
  const text = await response.text().catch(() => undefined)
  if (text === undefined) return { kind: 'unreadable' }
  if (status === 408 || status === 429 || status >= 500) {
    const retryAfter = headers.get('retry-after')
    return { kind: 'busy', status, ...(retryAfter !== null && { retryAfter: tidy(retryAfter) }) }
  }
  const body = parseJson(text)
  const members = typeof body === 'object' && body !== null ? (body as Members) : {}
  if (response.ok) return granted(members, tokens) ?? { kind: 'odd', status }
  if (status < 400) return { kind: 'odd', status }
  const clean = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' ? tidy(tokens.withoutSecrets(value)) : undefined
  const error = clean(members['error'])
  const words = clean(members['error_description'])
  return {
    kind: 'refused',
    status,
    ...(error !== undefined && { error }),
    ...(words !== undefined && { words }),
  }
}

type Members = Readonly<Record<string, unknown>>

function granted(members: Members, tokens: Tokens): Answer | undefined {
  const { access_token: accessToken, refresh_token: refreshToken, scope } = members
  if (typeof accessToken !== 'string') return undefined
  const expiresIn = Number(members['expires_in'] ?? Number.NaN)
  return {
    kind: 'tokens',
    accessToken: tokens.nameOf('access', accessToken),
    ...(typeof refreshToken === 'string' &&
      refreshToken !== '' && { refreshToken: tokens.nameOf('refresh', refreshToken) }),
    ...(typeof scope === 'string' && { scope: tidy(scope) }),
    ...(Number.isFinite(expiresIn) && { expiresIn }),
  }
}

function tidy(text: string): string {
  // oxlint-disable-next-line no-control-regex -- what a server writes is shown and handed on
  return text.replaceAll(/[\u0000-\u001F\u007F]+/g, ' ').slice(0, longest)
}
