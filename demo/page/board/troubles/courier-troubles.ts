import { growth, isSignedIn, isSignedOut } from '../stage.ts'
import type { Stage } from '../stage.ts'
import type { TabEntry } from '../tabs.ts'
import { hasFreshToken, recoverWithinMs, states } from './outcome.ts'
import { wait } from '../wait.ts'
import type { Trouble } from './trouble.ts'

/** Long enough to be reloaded in, and no longer than anybody waits for a token. */
const replyAfterMs = 2_500

/** What a courier is for. */
export const courierTroubles: readonly Trouble[] = [
  {
    id: 'reload-refreshing',
    label: 'Reload the tab that is refreshing',
    sentence:
      'The server has rotated, without grace, and its reply reaches nobody: “rotation-lost”. With the courier, a switch above, the reply is kept, and so is the session.',
    async prepare({ conditions }) {
      if (conditions.get().courier) await courierIsThere()
    },
    async run(stage) {
      const { tabs, servers } = stage
      await servers.authorizationServer.hold('grace', { ms: 0 })
      await servers.authorizationServer.hold('fault', {
        when: 'after',
        kind: 'delay',
        ms: replyAfterMs,
        times: 1,
      })
      const lane = await beginRenewal(stage)
      if (lane === undefined) return 'No tab refreshed'
      let isCollected = false
      void tabs.nextEvent('collected', recoverWithinMs).then((event) => {
        isCollected = event !== undefined
      })
      const since = Date.now()
      tabs.send(lane, { type: 'reload' })
      const isBack = ({ snapshot }: TabEntry): boolean =>
        (snapshot?.loadedAt ?? 0) > since && snapshot?.state.status !== 'restoring'
      await tabs.until(
        (open) => open.some((tab) => tab.lane === lane && isBack(tab)),
        recoverWithinMs,
      )
      const outcomes = await stage.callEverywhere(1)
      await tabs.until(
        (open) => open.every(isSignedOut) || open.every(hasFreshToken),
        recoverWithinMs,
      )
      const isKept = tabs.open.value.every(isSignedIn)
      const end = !isKept
        ? 'The reply reached nobody: session lost'
        : isCollected
          ? 'The courier kept the reply: session kept'
          : 'Session kept'
      return `${end}. ${outcomes}. ${states(stage)}`
    },
  },
]

/** The access token runs out. Fulfils with the tab that is renewing, once the server has spent its refresh token. */
async function beginRenewal(stage: Stage): Promise<string | undefined> {
  const { tabs, servers, facts } = stage
  const before = await servers.read(facts.clientId)
  // Before it runs out: a tab in use may renew at once.
  const sent = tabs.nextEvent('sent', recoverWithinMs)
  await stage.expire()
  const frame = tabs.open.value.find(({ kind }) => kind === 'frame')
  if (frame) tabs.send(frame.lane, { type: 'call', times: 1 })
  const lane = (await sent)?.lane
  const giveUpAt = performance.now() + recoverWithinMs
  while (lane !== undefined && performance.now() < giveUpAt) {
    const now = await servers.read(facts.clientId)
    if (growth(before, now, 'refreshGrants') > 0) break
    await wait(50)
  }
  return lane
}

/** Until there is one, a page sends by itself. */
async function courierIsThere(): Promise<void> {
  const isThere = async (): Promise<boolean> =>
    (await navigator.serviceWorker.getRegistrations()).some(({ active }) =>
      active?.scriptURL.endsWith('/tokenring-courier.js'),
    )
  const giveUpAt = performance.now() + recoverWithinMs
  while (!(await isThere()) && performance.now() < giveUpAt) await wait(100)
}
