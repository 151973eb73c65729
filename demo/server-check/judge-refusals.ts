import type { Conclusions, DeadWord } from './conclude.ts'
import { nothingToDo } from './finding.ts'
import type { Finding } from './finding.ts'
import { ownWords } from './own-words.ts'

/** How the server says no, and what a page may read of it. */
export function judgeRefusals(seen: Conclusions): readonly Finding[] {
  if (seen.endpoints.token === undefined || seen.client === 'wants-secret') return []
  return [deadWords(seen), retryAfter(seen), ...nonce(seen)]
}

const kinds: Readonly<Record<DeadWord['of'], string>> = {
  'made-up': 'made up',
  spent: 'spent',
  ended: 'of a session that was ended',
  revoked: 'revoked',
}

function deadWords({ deadWords: words }: Conclusions): Finding {
  const base = { id: 'dead-words', title: 'What does it say of a refresh token that is no good?' }
  if (words.length === 0) {
    return {
      ...base,
      verdict: 'not-found-out',
      seen: 'Not found out: no such answer could be read.',
      means: 'An app that does not understand “no” goes on trying.',
      todo: 'See “May a page read what the token endpoint answers?”.',
    }
  }
  const seen = `${words
    .map(
      ({ of, status, error }) =>
        `${kinds[of]}: ${error === undefined ? `status ${status} without a word` : `“${error}” (${status})`}`,
    )
    .join('; ')}.`
  const odd = words.filter(({ error }) => error !== 'invalid_grant')
  const ask =
    'Please answer a refresh token that is no good with status 400 and “invalid_grant” (RFC 6749 §5.2).'
  if (odd.length === 0) {
    return {
      ...base,
      verdict: 'good',
      seen,
      means: 'That is the word for it. An app knows at once that its user has to sign in.',
      todo: nothingToDo,
    }
  }
  const own = ownWords(words)
  if (own.length > 0) {
    return {
      ...base,
      verdict: 'care',
      seen,
      means:
        'A word of its own: an app that waits for “invalid_grant” goes on trying, and never offers a sign-in.',
      todo: `Tell tokenring: “spentRefreshToken” in the options below.`,
      ask,
    }
  }
  const isOnlyMadeUp = odd.every(({ of }) => of === 'made-up')
  if (isOnlyMadeUp && words.length > odd.length) {
    return {
      ...base,
      verdict: 'good',
      seen,
      means:
        'Of the refresh tokens that were good once it says “invalid_grant”, which is what counts.',
      todo: nothingToDo,
    }
  }
  if (odd.some(({ status }) => status >= 500 || status === 429)) {
    return {
      ...base,
      verdict: 'bad',
      seen,
      means:
        'To an app that is a server in trouble: it waits and tries again, and never offers a sign-in.',
      todo: 'Have it mended at the server. Nothing in an app can tell the two apart.',
      ask,
    }
  }
  return {
    ...base,
    verdict: 'care',
    seen,
    means: 'Nobody can tell from that whether the refresh token is dead or the request is wrong.',
    todo: 'Nothing: tokenring takes three such answers in a row, at least 10 s apart in all, for an end of the session (“refused”). Its user waits that long.',
    ask,
  }
}

function retryAfter({ retryAfter: kind, endpoints }: Conclusions): Finding {
  const base = { id: 'retry-after', title: 'When it has no time: may a page read for how long?' }
  const ask =
    'Please send “Access-Control-Expose-Headers: Retry-After, DPoP-Nonce, WWW-Authenticate” with the answers of the token endpoint.'
  const means = 'Without it every browser guesses when to come back, and many come too early.'
  if (kind === 'readable') {
    return {
      ...base,
      verdict: 'good',
      seen: 'Yes: “Retry-After” is exposed.',
      means: 'Apps come back when the server wants them to.',
      todo: nothingToDo,
    }
  }
  if (kind === 'not-seen-when-busy') {
    return {
      ...base,
      verdict: 'care',
      seen: 'It was busy during this check, and no “Retry-After” could be read: it sends none, or does not expose it.',
      means,
      todo: 'Nothing: tokenring waits by a rule of its own, and the tabs wait together.',
      ask,
    }
  }
  return {
    ...base,
    verdict: 'not-found-out',
    seen:
      endpoints.token === 'readable'
        ? 'Not found out: it was never busy, and a page cannot see which headers are exposed until one comes.'
        : 'Not found out.',
    means,
    todo: 'The command at the end of the report shows the header “Access-Control-Expose-Headers”: “Retry-After” should be in it.',
  }
}

function nonce({ nonce: kind, dpop }: Conclusions): readonly Finding[] {
  if (kind === 'no-dpop') return []
  const base = { id: 'dpop', title: 'Can a page use DPoP here (tokens that are bound to a key)?' }
  if (dpop === 'hidden') {
    return [
      {
        ...base,
        verdict: 'bad',
        seen: 'The server says so, but does not allow a page to send the header “DPoP”.',
        means: 'Every token request with a proof fails like a network that is down.',
        todo: 'Do not pass “dpop” until that is mended.',
        ask: 'Please send “Access-Control-Allow-Headers: DPoP, Content-Type” in answer to preflights of the token endpoint, and for your APIs with “Authorization” too.',
      },
    ]
  }
  if (kind === 'hidden') {
    return [
      {
        ...base,
        verdict: 'bad',
        seen: 'It wants a nonce in the proof, and a page cannot read the header “DPoP-Nonce” that brings it.',
        means: 'Nobody can sign in with DPoP from a page.',
        todo: 'Do not pass “dpop” until that is mended.',
        ask: 'Please send “Access-Control-Expose-Headers: DPoP-Nonce” with the answers of the token endpoint (RFC 9449 §8).',
      },
    ]
  }
  return [
    {
      ...base,
      verdict: kind === 'unknown' ? 'not-found-out' : 'good',
      seen:
        kind === 'readable'
          ? 'The header “DPoP” may be sent, and “DPoP-Nonce” can be read.'
          : kind === 'not-asked'
            ? 'The header “DPoP” may be sent. Whether “DPoP-Nonce” can be read was not found out: the server did not ask for a nonce.'
            : 'Not found out.',
      means: 'A token that is stolen is of no use without the key, which stays in the browser.',
      todo: 'Pass “dpop: dpop()”, if your APIs take such tokens. Whether it binds refresh tokens was not tried.',
    },
  ]
}
