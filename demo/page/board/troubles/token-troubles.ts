import { mostSends, states } from './outcome.ts'
import type { Stage } from '../stage.ts'
import type { Trouble } from './trouble.ts'

/** What may happen to an access token. */
export const tokenTroubles: readonly Trouble[] = [
  {
    id: 'storm',
    label: 'Storm',
    sentence:
      'The access token runs out, and every tab sends ten requests at that moment. One tab refreshes, all requests succeed.',
    async run(stage) {
      await stage.expire()
      return stage.callEverywhere(10)
    },
  },
  {
    id: 'expire',
    label: 'Expire the access token',
    sentence:
      'Its time is over, here and at the servers. Whoever needs a token next renews it, once for all tabs.',
    async run(stage) {
      await stage.expire()
      return 'The access token has run out'
    },
  },
  {
    id: 'call-ten',
    label: 'Call the API 10× in every tab at once',
    sentence:
      'A fresh token is used as it is, without a refresh. One that has run out is renewed once.',
    run: (stage) => stage.callEverywhere(10),
  },
  {
    id: 'revoke-token',
    label: 'Revoke the access token',
    sentence:
      'The API answers 401 to a token that looks fresh. One refresh; every request is sent once more and succeeds.',
    prepare: freshToken,
    async run(stage) {
      await stage.servers.authorizationServer.turn('revoke-access-tokens', {
        client: stage.facts.clientId,
      })
      return stage.callEverywhere(1)
    },
  },
  {
    id: 'api-401',
    label: 'API always answers 401',
    sentence:
      'However good the token. Every request is sent at most twice, there is one refresh, and nobody is signed out.',
    prepare: freshToken,
    async run(stage) {
      await stage.servers.api.hold('fault', { rejectAll: true })
      const outcomes = await stage.callEverywhere(10)
      await stage.servers.api.release()
      return `${outcomes}. Sent at most ${mostSends(stage)}×. ${states(stage)}`
    },
  },
]

/**
 * A token that came because the last one had run out, not because of a 401: for 30 s after a 401
 * that a fresh token did not mend, no further 401 is worth a refresh.
 */
async function freshToken(stage: Stage): Promise<void> {
  await stage.expire()
  await stage.callEverywhere(1)
}
