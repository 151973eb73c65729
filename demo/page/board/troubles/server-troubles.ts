import { growth, isSignedOut, tally } from '../stage.ts'
import type { Stage } from '../stage.ts'
import { hasFreshToken, recovered, recoverWithinMs, states } from './outcome.ts'
import { wait } from '../wait.ts'
import type { Trouble } from './trouble.ts'

const outageMs = 5_000
const askEveryMs = 1_000

/** What may happen at the authorization server. */
export const serverTroubles: readonly Trouble[] = [
  {
    id: 'unavailable',
    label: 'Token endpoint answers 503',
    sentence:
      'For 5 s, while all tabs call the API with a token that has run out. Most calls wait until it is over, the others say why; all tabs together ask a few times.',
    run: (stage) =>
      outage(stage, { when: 'before', kind: 'reply', status: 503, body: 'Out for lunch.' }),
  },
  {
    id: 'rate-limited',
    label: 'Token endpoint answers 429',
    sentence:
      'With “Retry-After: 6”, which every tab obeys: one request in those 6 s. Calls that would wait too long fail at once, and nobody is signed out.',
    run: (stage) =>
      outage(stage, {
        when: 'before',
        kind: 'reply',
        status: 429,
        headers: { 'retry-after': '6' },
        body: '{"error":"slow_down"}',
      }),
  },
  {
    id: 'hang',
    label: 'Token endpoint hangs',
    sentence:
      'One request gets no answer. It is given up after 5 s, its outcome unknown, and sent once more.',
    async run(stage) {
      await stage.servers.authorizationServer.hold('fault', {
        when: 'before',
        kind: 'hang',
        times: 1,
      })
      await stage.expire()
      const meanwhile = await stage.callEverywhere(1)
      return `${meanwhile}. ${await recovered(stage)}`
    },
  },
  {
    id: 'lost-reply',
    label: 'Lose the reply, server with grace',
    sentence:
      'The server has rotated, its reply is cut off. It accepts the old refresh token for 10 s more, so the second attempt saves the session.',
    run: (stage) => loseReply(stage, 10_000),
  },
  {
    id: 'lost-reply-strict',
    label: 'Lose the reply, strict server',
    sentence:
      'Without grace nobody can save it: the new refresh token is lost. All tabs are told so once, as “rotation-lost”.',
    run: (stage) => loseReply(stage, 0),
  },
  {
    id: 'captive-portal',
    label: 'Captive portal',
    sentence:
      'For 5 s a hotel’s login page answers in place of the token endpoint, with 200. Nobody is signed out.',
    run: (stage) =>
      outage(stage, {
        when: 'before',
        kind: 'reply',
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: '<h1>Welcome to the hotel</h1>',
      }),
  },
  {
    id: 'revoke-session',
    label: 'Revoke the session',
    sentence:
      'The server ends the session. The next refresh is refused, and every tab says “rejected”.',
    async run(stage) {
      await stage.servers.authorizationServer.turn('revoke-grants', {
        client: stage.facts.clientId,
      })
      await stage.expire()
      const outcomes = await stage.callEverywhere(1)
      await stage.tabs.until((open) => open.every(isSignedOut), recoverWithinMs)
      return `${outcomes}. ${states(stage)}`
    },
  },
]

/** The token endpoint fails for a while as `fault` says, with the access token run out. */
async function outage(stage: Stage, fault: object): Promise<string> {
  const { clientId } = stage.facts
  const before = await stage.servers.read(clientId)
  await stage.servers.authorizationServer.hold('fault', fault)
  await stage.expire()
  const calls = await keepCalling(stage, outageMs)
  const after = await stage.servers.read(clientId)
  await stage.servers.authorizationServer.release()
  const asked = growth(before, after, 'tokenRequests')
  const outcomes = await Promise.all(calls)
  return `Meanwhile ${tally(outcomes.flat())}; asked ${asked}×. ${await recovered(stage)}`
}

/** Every tab calls the API once a second for so long. What comes of it may take longer. */
async function keepCalling(
  { tabs }: Stage,
  forMs: number,
): Promise<readonly Promise<readonly string[]>[]> {
  const rounds: Promise<readonly string[]>[] = []
  for (let passedMs = 0; passedMs < forMs; passedMs += askEveryMs) {
    rounds.push(tabs.orderAll({ type: 'call', times: 1 }))
    await wait(askEveryMs)
  }
  return rounds
}

/** The reply to one refresh is cut off; so long the server takes the old refresh token again. */
async function loseReply(stage: Stage, graceMs: number): Promise<string> {
  await stage.servers.authorizationServer.hold('grace', { ms: graceMs })
  await stage.servers.authorizationServer.hold('fault', { when: 'after', kind: 'cut', times: 1 })
  await stage.expire()
  const meanwhile = await stage.callEverywhere(1)
  await stage.tabs.until(
    (open) => open.every(isSignedOut) || open.every(hasFreshToken),
    recoverWithinMs,
  )
  return `${meanwhile}. ${states(stage)}`
}
