import type { Conclusions } from './conclude.ts'
import { nothingToDo } from './finding.ts'
import type { Finding, Named } from './finding.ts'

/** Scopes, access tokens, and the end of a session. */
export function judgeTokens(seen: Conclusions, named: Named): readonly Finding[] {
  return [narrowed(seen), ...oldAccessTokens(seen), revocation(seen, named)]
}

function narrowed({ narrowed: kind, widened }: Conclusions): Finding {
  const base = { id: 'narrowed', title: 'Can a refresh ask for less than was granted?' }
  switch (kind) {
    case 'narrower': {
      const next = {
        true: ' The next refresh brought the whole again.',
        false: ' The next refresh brought no more than that, either.',
        undefined:
          ' Whether the next one brings the whole again was not found out: its reply named no scope.',
      }[String(widened)]
      return {
        ...base,
        verdict: widened === false ? 'care' : 'good',
        seen: `Yes: the access token came with less.${next ?? ''}`,
        means:
          widened === false
            ? 'Who asks for less once has less for good: what the user agreed to is gone until the next sign-in.'
            : 'Each API can get an access token that is good for nothing else.',
        todo:
          widened === false
            ? 'Give no “scope” of its own to any of your “resourceServers”.'
            : 'Give each of your “resourceServers” the “scope” it needs, if you like.',
      }
    }
    case 'ignored':
      return {
        ...base,
        verdict: 'care',
        seen: 'It says yes, and gives the whole.',
        means: 'Every API gets an access token that is good at all the others, too.',
        todo: 'Do not rely on “scope” in “resourceServers”.',
      }
    case 'refused':
      return {
        ...base,
        verdict: 'care',
        seen: 'No: a refresh that asked for less was refused. (RFC 6749 §6 allows to ask.)',
        means: 'Nothing, as long as the app does not ask.',
        todo: 'Give no “scope” of its own to any of your “resourceServers”.',
      }
    case 'unknown':
      return {
        ...base,
        verdict: 'not-found-out',
        seen: 'Not found out: for that the scope needs a word that can be left out.',
        means: 'It matters to apps with several APIs only.',
        todo: 'Fill in more scopes, if that concerns you.',
      }
  }
}

function oldAccessTokens({ oldAccessToken }: Conclusions): readonly Finding[] {
  if (oldAccessToken === 'unknown') return []
  const lives = oldAccessToken === 'lives'
  return [
    {
      id: 'old-access-tokens',
      title: 'Is an access token still good when there is a newer one?',
      verdict: 'good',
      seen: lives ? 'Yes, until it runs out.' : 'No: the refresh ended it.',
      means: lives
        ? 'Requests that are under way while a tab refreshes succeed.'
        : 'Requests that are under way while a tab refreshes are answered with 401.',
      todo: lives
        ? nothingToDo
        : 'Nothing: auth.fetch sends such a request once more, with the new one.',
    },
  ]
}

function revocation(seen: Conclusions, named: Named): Finding {
  const base = { id: 'revocation', title: 'Does signing out take the refresh token back?' }
  if (!named.revocation) {
    return {
      ...base,
      verdict: 'care',
      seen: 'The server names no revocation endpoint.',
      means:
        'Signing out forgets the refresh token in this browser. A copy of it stays good until it runs out.',
      todo: 'Let refresh tokens run out soon when they are not used. Set “postLogoutRedirectUri”, if the server has a sign-out page that ends them.',
      ask: 'Please offer token revocation (RFC 7009) to clients without a secret, with CORS headers.',
    }
  }
  switch (seen.revocation) {
    case 'works':
      return {
        ...base,
        verdict: 'good',
        seen: 'Yes: once revoked, it was refused.',
        means: 'Who signs out is signed out at the server, too.',
        todo: nothingToDo,
      }
    case 'works-hidden':
      return {
        ...base,
        verdict: 'good',
        seen: 'Yes: once revoked, it was refused; although a page may not read the answer.',
        means: 'Who signs out is signed out at the server, too.',
        todo: nothingToDo,
      }
    case 'no-effect':
    case 'refused':
      return {
        ...base,
        verdict: 'bad',
        seen:
          seen.revocation === 'refused'
            ? 'No: the server refused to.'
            : 'No: afterwards it was accepted as before.',
        means:
          'Signing out forgets the refresh token in this browser. A copy of it stays good until it runs out.',
        todo: 'Set “postLogoutRedirectUri”, if the server has a sign-out page that ends refresh tokens, and let them run out soon.',
        ask: 'Please let a client without a secret revoke its own refresh tokens (RFC 7009), and refuse them from then on.',
      }
    case 'unknown':
      return {
        ...base,
        verdict: 'not-found-out',
        seen: 'Not found out: that needs a session which is still alive.',
        means: 'Signing out may leave a refresh token that is good until it runs out.',
        todo: 'Sign in once more here to find out.',
      }
  }
}
