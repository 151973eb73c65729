import type { Conclusions } from './conclude.ts'
import { nothingToDo } from './finding.ts'
import type { Finding, Named } from './finding.ts'
import { isLongEnough, isRetryInVain, isShort } from './is-short.ts'
import { seconds } from './write-entry.ts'

/** What becomes of refresh tokens. */
export function judgeRotation(seen: Conclusions, named: Named): readonly Finding[] {
  // What a page cannot use is no way out.
  const dpop = named.dpop && seen.dpop === 'allowed' && seen.nonce !== 'hidden'
  const doesRotate = seen.rotation === 'always' || seen.rotation === 'sometimes'
  return [
    rotation(seen, { ...named, dpop }),
    pair(seen),
    ...(doesRotate
      ? [lostReply(seen, { ...named, dpop }), ...children(seen), reuse(seen, named)]
      : []),
  ]
}

function rotation({ rotation: kind }: Conclusions, { dpop }: Named): Finding {
  const base = { id: 'rotation', title: 'Does it rotate refresh tokens?' }
  switch (kind) {
    case 'always':
    case 'sometimes':
      return {
        ...base,
        verdict: 'good',
        seen:
          kind === 'always'
            ? 'Yes: every refresh brought a new refresh token.'
            : 'Now and then: some refreshes brought a new refresh token, some did not.',
        means:
          'A stolen refresh token is of use until the user’s own browser refreshes next. The price: every tab has to know the newest one.',
        todo: 'One refresh at a time in all tabs, and the new one stored before anything else: tokenring does both.',
      }
    case 'same':
    case 'none':
      return {
        ...base,
        verdict: 'care',
        seen:
          kind === 'same'
            ? 'No: a refresh brings the same refresh token again.'
            : 'No: a refresh brings no refresh token, and the old one stays good.',
        means:
          'Nothing can get lost. A refresh token that is stolen is good until it runs out, and nobody notices.',
        todo: `For a client without a secret RFC 9700 (§4.14.2) wants rotation or refresh tokens that are bound to a key (DPoP). ${
          dpop
            ? 'This server says that it knows DPoP: pass “dpop: dpop()”, and see whether it binds them.'
            : 'See whether the server can switch on one of them.'
        } tokenring works with all three.`,
      }
    case 'unknown':
      return {
        ...base,
        verdict: 'not-found-out',
        seen: 'Not found out: no ordinary refresh succeeded.',
        means: 'If that stays so, the session is over when the access token is.',
        todo: 'Look at what was sent and seen, at the end of the report.',
      }
  }
}

function pair(seen: Conclusions): Finding {
  const base = { id: 'pair', title: 'What if two tabs refresh at the same moment?' }
  const oneAtATime =
    'Never let two tabs refresh at once. tokenring lets one refresh, and the others wait for what it gets.'
  if (seen.pair === 'unknown' || (seen.pair === 'neither' && seen.pairSession === 'unknown')) {
    return {
      ...base,
      verdict: 'not-found-out',
      seen: 'Not found out.',
      means: 'An app has to expect the worst: that the session ends.',
      todo: oneAtATime,
    }
  }
  const answers = {
    both: 'Both were answered with tokens',
    one: 'One was answered with tokens, the other one refused',
    neither: 'Both were refused',
  }[seen.pair]
  if (seen.pairSession === 'ended') {
    return {
      ...base,
      verdict: 'bad',
      seen: `${answers}. After that the session was over: the newest refresh token was refused, too.`,
      means:
        'A user with two tabs is signed out in both as soon as both refresh at once. To the server one of the tabs looks like a thief.',
      todo: oneAtATime,
    }
  }
  const lives =
    seen.pairSession === 'goes-on'
      ? 'The session went on.'
      : 'Whether the session went on was not found out.'
  if (seen.pair === 'both' && (seen.child === 'later' || seen.child === 'earlier')) {
    return {
      ...base,
      verdict: 'care',
      seen: `${answers}, but only one of the two new refresh tokens is good (see below). ${lives}`,
      means: 'The tab that keeps the other one is signed out when it refreshes next.',
      todo: oneAtATime,
    }
  }
  if (seen.pair === 'both') {
    return {
      ...base,
      verdict: seen.pairSession === 'goes-on' ? 'good' : 'not-found-out',
      seen: `${answers}. ${lives}`,
      means: 'Two tabs do each other no harm here, if they come at the same moment.',
      todo: 'Nothing: tokenring lets one tab refresh all the same, which saves the others the request.',
    }
  }
  return {
    ...base,
    verdict: seen.pairSession === 'goes-on' ? 'care' : 'not-found-out',
    seen: `${answers}. ${lives}`,
    means:
      'The tab that is refused shows a sign-in, although the session lives: its user has to sign in, or reload.',
    todo: oneAtATime,
  }
}

const wantsWindow =
  'Please accept a refresh token for some seconds more after it was spent, so that a client that did not get the reply can try again (FAPI 2.0 Security Profile, §5.3.2.1 no. 10). Twenty seconds are enough.'

function lostReply(conclusions: Conclusions, { dpop, longestMs }: Named): Finding {
  const { lostReply: lost } = conclusions
  const base = {
    id: 'lost-reply',
    title: 'What if the reply with the new refresh token is lost on its way?',
  }
  const useCourier =
    'Use tokenring’s courier, which saves the replies of pages that are reloaded, left or closed.'
  const switchOn =
    'Switch on a window at the server (“grace period”, “overlap”, “reuse interval”, “leeway”), if it has one.'
  const instead = dpop
    ? ' This server says that it knows DPoP: tokens that are bound to a key need no rotation (RFC 9700 §4.14.2).'
    : ''
  switch (lost.kind) {
    case 'refused':
      return {
        ...base,
        verdict: 'bad',
        seen: `There is no second chance: the same refresh token was refused ${
          lost.how === 'pair'
            ? 'when it came again in the very same moment'
            : 'when it came again at once'
        }.`,
        means:
          'Whoever loses the connection, reloads or closes the page in the middle of a refresh has to sign in again.',
        todo: `${switchOn} ${useCourier}${instead}`,
        ask: wantsWindow,
      }
    case 'forgiven': {
      const end =
        lost.endsByMs !== undefined
          ? `, and refused after ${seconds(lost.endsByMs)}: the window ends in between.`
          : lost.unclearAtMs !== undefined
            ? `. After ${seconds(lost.unclearAtMs)} the answer was neither yes nor no.`
            : '. Where the window ends was not found out: later than that nothing was tried.'
      const said = `The same refresh token was accepted again, up to ${seconds(lost.untilMs)} after it was spent${end}`
      if (isRetryInVain(conclusions)) {
        return {
          ...base,
          verdict: 'bad',
          seen: `${said} But what it brought is of no use for long (see below).`,
          means:
            'The app asks once more, and its user has to sign in again all the same, a little later.',
          todo: useCourier,
        }
      }
      if (isShort(lost)) {
        return {
          ...base,
          verdict: 'care',
          seen: said,
          means:
            'A cut connection is forgiven. A request that hangs is not: an app learns of that after about ten seconds, which is too late here.',
          todo: `Make the window at the server longer, if it can be set: 20 s are enough. ${useCourier}${instead}`,
          ask: wantsWindow,
        }
      }
      if (!isLongEnough(lost)) {
        return {
          ...base,
          verdict: 'not-found-out',
          seen: said,
          means:
            'A cut connection is forgiven. Whether a request that hangs is, of which an app learns after about ten seconds, was not found out.',
          todo: `Start again, with spent refresh tokens that are older (“Further settings”). Until then, to be safe: ${useCourier}`,
        }
      }
      return {
        ...base,
        verdict: 'good',
        seen: said,
        means: 'A reply that is lost costs nothing: the app asks once more.',
        todo: 'Nothing: tokenring presents the same one once more after a loss. A second retry was not tried here; some servers count them.',
      }
    }
    case 'no-rotation':
    case 'unknown':
      return {
        ...base,
        verdict: 'not-found-out',
        seen: `Not found out (tried would be: the same refresh token again, at once and up to ${seconds(longestMs)} later).`,
        means: 'An app has to expect the worst: that a lost reply ends the session.',
        todo: 'Sign in once more here, or use tokenring’s courier to be safe.',
      }
  }
}

function children(seen: Conclusions): readonly Finding[] {
  if (seen.lostReply.kind !== 'forgiven') return []
  const base = {
    id: 'children',
    title: 'If one refresh token has brought two new ones: which of them is good?',
  }
  const ends = {
    true: ' Presenting the other one ended the session.',
    false: ' Presenting the other one was refused, and did no harm.',
  }[String(seen.lostChildEnds)]
  switch (seen.child) {
    case 'same':
      return [
        {
          ...base,
          verdict: 'good',
          seen: 'The question does not come up: the second reply held the same new refresh token as the first.',
          means: 'It does not matter which of the two replies arrives.',
          todo: nothingToDo,
        },
      ]
    case 'both':
      return [
        {
          ...base,
          verdict: 'good',
          seen: 'Both.',
          means: 'It does not matter which of the two replies arrives.',
          todo: nothingToDo,
        },
      ]
    case 'later':
      return [
        {
          ...base,
          verdict: 'care',
          seen: `The later one; the earlier one was refused.${ends ?? ''}`,
          means: 'Two tabs that each keep their own lose: the one that was first is signed out.',
          todo: 'All tabs have to share one refresh token, and of two replies the later one counts. tokenring numbers its requests for that.',
        },
      ]
    case 'earlier':
      return [
        {
          ...base,
          verdict: 'bad',
          seen: 'The earlier one; the later one was refused.',
          means:
            'A retry after a lost reply brings a refresh token that is of no use: its user has to sign in again all the same.',
          todo: 'Treat it as a server without a window: use tokenring’s courier.',
          ask: 'Please let the refresh token of the latest reply be the good one: the client that asks twice has not got the earlier one.',
        },
      ]
    case 'none-new':
      return [
        {
          ...base,
          verdict: 'bad',
          seen: 'The second reply held an access token, and no refresh token.',
          means:
            'A retry after a lost reply keeps the app going for one more access token. Then its user has to sign in again.',
          todo: 'Treat it as a server without a window: use tokenring’s courier.',
          ask: 'Please send a refresh token with the second reply, too: the client that asks twice has not got the first one.',
        },
      ]
    case 'unknown':
      return [
        {
          ...base,
          verdict: 'not-found-out',
          seen: 'Not found out: the session ended while that was tried.',
          means: 'All tabs should share one refresh token, and the latest should count.',
          todo: 'Nothing: that is what tokenring does.',
        },
      ]
  }
}

/** Windows of up to a minute are usual. */
const longEnoughMs = 61_000

function reuse(seen: Conclusions, { longestMs }: Named): Finding {
  const base = {
    id: 'reuse',
    title: 'Does it notice a refresh token that comes back, and what does it do?',
  }
  switch (seen.reuse) {
    case 'ends-session': {
      const access = {
        'end-too': ' The access token was refused from then on, too.',
        'live-on': ' The access token that was out went on working until it runs out.',
        unknown:
          ' Whether the access token ended as well was not found out: that shows at a userinfo endpoint only, if a page may read it.',
      }[seen.accessTokens]
      return {
        ...base,
        verdict: 'good',
        seen: `Yes, and it ends the whole session: the newest refresh token was refused afterwards.${access}`,
        means:
          'A thief is thrown out, and the user with him, who has to sign in again. So is a user whose app presents a spent refresh token by mistake.',
        todo: 'Take care that no tab ever presents a spent one. tokenring keeps exactly one, for all tabs, and presents it again only after an attempt whose outcome nobody can know.',
      }
    }
    case 'refused-only':
      return {
        ...base,
        verdict: 'care',
        seen: 'It was refused, and nothing else happened: the newest refresh token went on working.',
        means:
          'A tab that comes too late does no harm. A thief who came first keeps the session, and the user is the one who is refused.',
        todo: 'Nothing in the app. RFC 9700 (§4.14.2) wants the server to end the session, because it cannot tell which of the two is the thief.',
        ask: 'Please end the session when a spent refresh token comes back after its window (RFC 9700 §4.14.2).',
      }
    case 'not-noticed':
      if (longestMs < longEnoughMs) {
        return {
          ...base,
          verdict: 'not-found-out',
          seen: `Not found out: also one that had been spent more than ${seconds(longestMs)} before, with newer ones in use, was accepted. Nothing later was tried.`,
          means:
            'A refresh token that was copied is good for that long at least, also after the user’s own browser has a newer one.',
          todo: 'Start again, with spent refresh tokens that are up to 2 minutes old (“Further settings”).',
        }
      }
      return {
        ...base,
        verdict: 'care',
        seen: `No: also one that had been spent more than ${seconds(longestMs)} before, with newer ones in use, was accepted.`,
        means:
          'Every refresh token that was ever given out seems to stay good for long. Rotation protects nobody then.',
        todo: 'Look for “revoke refresh token”, “one-time use” or “reuse detection” at the server, and switch it on, with a window of some seconds.',
        ask: 'Please refuse refresh tokens that were spent, after a window of some seconds.',
      }
    case 'unknown':
      return {
        ...base,
        verdict: 'not-found-out',
        seen: 'Not found out.',
        means: 'An app has to expect that it does, and that the session ends.',
        todo: 'Sign in once more here, or take more time for the window.',
      }
  }
}
