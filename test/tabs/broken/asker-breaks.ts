import { twoTabs } from '../walks.ts'
import type { Break } from './break.ts'
import type { Change } from './load-broken.ts'

const accessTokens = 'core/session/access-tokens.ts'
const authorizedFetch = 'http/authorized-fetch.ts'

const noLastComparison: Change = {
  file: authorizedFetch,
  find: '    if (refused) throw refused\n    if (because)',
  replace: '    if (because)',
}
const waitsForAnybody: Change = {
  file: 'core/session/callers.ts',
  find: '    onRefusal(asker),\n',
  replace: '',
}

/** What keeps a request with the user who made it, taken out. */
export const askerBreaks: Readonly<Record<string, Break>> = {
  'who asks is looked up after the look': {
    changes: [
      {
        file: accessTokens,
        find: 'return obtainFromSeen(request, clock.now(), clock.monotonic())',
        replace: `const late = { ...request, asker: askers.now() }
    return obtainFromSeen(late, clock.now(), clock.monotonic())`,
      },
      // Whoever waits is told as soon as another session is seen.
      waitsForAnybody,
    ],
    promise: 'never to another user (5)',
    walk: twoTabs({
      wish: 'a token, as they come to the front',
      locks: true,
      channel: false,
      fault: 'tab 1 signs bob in',
      timeMayPass: true,
    }),
  },
  'a token is handed to whoever has waited for it': {
    changes: [
      { file: accessTokens, find: 'if (refused) return Promise.reject(refused)', replace: '' },
      waitsForAnybody,
    ],
    promise: 'never to another user (5)',
    walk: twoTabs({
      wish: 'a token, after it ran out',
      locks: true,
      channel: true,
      fault: 'tab 1 signs bob in',
    }),
  },
  'who asked is forgotten when a call begins anew': {
    changes: [
      {
        file: accessTokens,
        find: 'return minted ? serve(minted, asker) : obtain(request)',
        replace: 'return obtain({ ...request, asker: askers.now() })',
      },
      waitsForAnybody,
    ],
    promise: 'never to another user (5)',
    walk: twoTabs({
      wish: 'a token, after it ran out',
      locks: true,
      channel: true,
      fault: 'tab 1 signs bob in',
    }),
  },
  'a request is sent again for whoever is signed in by then': {
    changes: [
      {
        file: authorizedFetch,
        find: 'return source.obtain({ ...call.wanted, rejected })',
        replace: 'return source.obtain({ ...call.wanted, asker: source.asker(), rejected })',
      },
      noLastComparison,
    ],
    promise: 'never to another user (5)',
    seed: 79,
  },
  'two users whose names nobody knows are taken for one': {
    changes: [
      {
        file: 'core/session/asker.ts',
        find: 'return Boolean(sub) && sub ===',
        replace: 'return sub ===',
      },
    ],
    promise: 'never to another user (5)',
    seed: 1190,
  },
  'a page that has shown a session gets the next one, though it shows none': {
    changes: [
      {
        file: 'core/session/asker.ts',
        find: 'if (!owner.session) return toSessionEndedError(owner)',
        replace: 'if (!owner.session) return undefined',
      },
    ],
    promise: 'never to another user (5)',
  },
  'a session that is heard in another epoch is taken for another': {
    changes: [
      {
        file: 'core/record/session-record.ts',
        find: '(id !== undefined || a.epoch === b.epoch)',
        replace: 'a.epoch === b.epoch',
      },
    ],
    promise: 'never to another user (5)',
    seed: 44,
  },
}
