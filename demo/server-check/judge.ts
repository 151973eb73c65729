import type { Conclusions } from './conclude.ts'
import type { Finding, Named } from './finding.ts'
import { isLongEnough, isRetryInVain, isShort } from './is-short.ts'
import { judgeAddresses, judgeClient } from './judge-addresses.ts'
import { judgeRefusals } from './judge-refusals.ts'
import { judgeRotation } from './judge-rotation.ts'
import { judgeTokens } from './judge-tokens.ts'
import { seconds } from './write-entry.ts'

export interface Judged {
  /** One sentence that answers the question of the page. */
  readonly headline: string
  readonly verdict: Finding['verdict']
  readonly findings: readonly Finding[]
}

const gravest: readonly Finding['verdict'][] = ['bad', 'care', 'not-found-out', 'good']

/** Puts what was seen into words. */
export function judge(seen: Conclusions, named: Named): Judged {
  const findings: readonly Finding[] = [
    ...(seen.signIn === 'refresh-token'
      ? [...judgeRotation(seen, named), ...judgeTokens(seen, named)]
      : []),
    ...judgeClient(seen, named),
    ...judgeRefusals(seen),
    ...judgeAddresses(seen),
  ]
  const rank = ({ verdict }: Finding): number => gravest.indexOf(verdict)
  return {
    ...headlineOf(seen),
    findings: findings.toSorted((one, other) => rank(one) - rank(other)),
  }
}

function headlineOf(seen: Conclusions): Pick<Judged, 'headline' | 'verdict'> {
  if (seen.endpoints.token === undefined) {
    return {
      verdict: 'bad',
      headline: 'A page cannot find its way around this server, so nothing else could be tried.',
    }
  }
  if (seen.signIn === 'none') {
    return { verdict: 'not-found-out', headline: 'Nobody has signed in yet.' }
  }
  if (seen.signIn === 'no-refresh-token') {
    return {
      verdict: 'bad',
      headline: 'There is nothing to survive: the sign-in gave no refresh token.',
    }
  }
  if (seen.signIn !== 'refresh-token') {
    return {
      verdict: 'bad',
      headline: 'The sign-in gave no tokens, so rotation could not be tried.',
    }
  }
  const { rotation, lostReply, pairSession } = seen
  if (rotation === 'unknown') {
    return { verdict: 'not-found-out', headline: 'Not found out: no refresh succeeded.' }
  }
  if (lostReply.kind === 'no-rotation') {
    return {
      verdict: 'good',
      headline: 'It does not rotate: no lost reply and no second tab can end a session here.',
    }
  }
  if (lostReply.kind === 'unknown') {
    return {
      verdict: 'not-found-out',
      headline: 'It rotates. Whether a session survives a lost reply was not found out.',
    }
  }
  if (lostReply.kind === 'refused') {
    return {
      verdict: 'bad',
      headline:
        seen.reuse === 'ends-session'
          ? 'No: one lost reply, or one tab that refreshes at the same moment as another, ends the session.'
          : 'No: a reply that is lost on its way cannot be asked for again.',
    }
  }
  if (isRetryInVain(seen)) {
    return {
      verdict: 'bad',
      headline:
        'No: a reply that is lost can be asked for again, but what comes then keeps no session alive.',
    }
  }
  if (isShort(lostReply)) {
    return {
      verdict: 'care',
      headline:
        'For a moment only: a lost reply is forgiven, but not for as long as a retry may take.',
    }
  }
  if (!isLongEnough(lostReply)) {
    return {
      verdict: 'not-found-out',
      headline: `A lost reply is forgiven for ${seconds(lostReply.untilMs)} at least. Whether for long enough was not found out.`,
    }
  }
  if (pairSession === 'ended' || seen.lostChildEnds === true) {
    return {
      verdict: 'care',
      headline:
        'With one refresh at a time, yes: a lost reply is forgiven, two tabs that both refresh are not.',
    }
  }
  return { verdict: 'good', headline: 'Yes: a lost reply is forgiven, and the session goes on.' }
}
