import { twoTabs } from '../walks.ts'
import type { Break } from './break.ts'

/** What keeps tabs from asking the servers more often than they need to, taken out. */
export const frugalityBreaks: Readonly<Record<string, Break>> = {
  'a hold-off is not waited out': {
    changes: [
      {
        file: 'core/rotation/refresh-plan.ts',
        find: 'for (const candidate of [failure, session.refused?.[wish.key]]) {',
        replace: 'for (const candidate of [session.refused?.[wish.key]]) {',
      },
    ],
    promise: 'hold-offs are kept',
  },
  'what a peer has renewed is not adopted': {
    changes: [
      {
        file: 'core/rotation/refresh-plan.ts',
        find: 'if (isSendable && isAdoptable(',
        replace: 'if (isSendable && !wish.explicit && isAdoptable(',
      },
    ],
    promise: 'one grant for one need',
    walk: twoTabs({ wish: 'a refresh', locks: true, channel: true }),
  },
  'every 401 renews the token': {
    changes: [
      {
        file: 'core/session/access-tokens.ts',
        find: 'if ((tried && !wasKilled) || !isRenewable(',
        replace: 'if ((tried && disposed) || !isRenewable(',
      },
    ],
    promise: 'no storm (6)',
  },
  'a renewed token does not carry on what its predecessor was renewed for': {
    changes: [
      {
        file: 'core/record/token-set.ts',
        find: 'if (resourceServer === undefined) return carried',
        replace: 'if (resourceServer === undefined) return []',
      },
    ],
    promise: 'no storm (6)',
    seed: 1800,
  },
  'a request is sent until it is accepted': {
    changes: [
      {
        file: 'http/authorized-fetch.ts',
        find: "    if (judge(call, token, response) !== 'token') return response\n",
        replace: `    if (judge(call, token, response) !== 'token') return response
    return sendAuthorized(call)
`,
      },
    ],
    promise: 'two sends at most (6)',
    walk: twoTabs({
      wish: 'something of an API that rejects every token',
      locks: true,
      channel: true,
    }),
  },
}
