import { isSignedIn, isSignedOut } from '../stage.ts'
import type { TabEntry } from '../tabs.ts'
import { recovered, recoverWithinMs, states } from './outcome.ts'
import { wait } from '../wait.ts'
import type { Trouble } from './trouble.ts'

const offlineMs = 5_000
/** In case that the page is gone by then. */
const offlineAtMostMs = 15_000

/** What may happen to a browser and its tabs. */
export const browserTroubles: readonly Trouble[] = [
  {
    id: 'offline',
    label: 'Offline',
    sentence:
      'For at least 5 s, and at most 15, no tab reaches any server, with the token run out. Nobody is signed out; when the network is back, so are they.',
    async run(stage) {
      const { conditions, servers } = stage
      await stage.expire()
      if (conditions.get().courier) {
        // What a courier sends does not leave from a page.
        await servers.authorizationServer.hold('fault', { when: 'before', kind: 'cut' })
      }
      await stage.impose({ offlineUntil: Date.now() + offlineAtMostMs })
      // Calls wait 5 s for a token, too: if the network came back by the clock, some would get one.
      const [meanwhile] = await Promise.all([stage.callEverywhere(1), wait(offlineMs)])
      await stage.release()
      return `Meanwhile ${meanwhile}. ${await recovered(stage)}`
    },
  },
  {
    id: 'reload-all',
    label: 'Reload all tabs at once',
    sentence:
      'On a token that has run out, and every tab calls the API as soon as it is back. One refresh.',
    async run(stage) {
      await stage.expire()
      const since = Date.now()
      for (const { lane } of stage.tabs.open.value) stage.tabs.send(lane, { type: 'reload' })
      const isBack = (tab: TabEntry): boolean =>
        isSignedIn(tab) && (tab.snapshot?.loadedAt ?? 0) > since
      await stage.tabs.until((open) => open.every(isBack), recoverWithinMs)
      return `${await stage.callEverywhere(1)}. ${states(stage)}`
    },
  },
  {
    id: 'kill-refreshing',
    label: 'Kill the tab that is refreshing',
    sentence:
      'It is closed while its request is on the way to the server. Another tab takes over at once, or takes the reply that the courier has kept.',
    async run(stage) {
      const { tabs, servers } = stage
      await servers.authorizationServer.hold('fault', {
        when: 'before',
        kind: 'delay',
        ms: 2_000,
        times: 1,
      })
      // Before it runs out: a tab in use may renew at once.
      const first = tabs.nextEvent('sent', recoverWithinMs)
      await stage.expire()
      const frame = tabs.open.value.find(({ kind }) => kind === 'frame')
      if (frame) tabs.send(frame.lane, { type: 'call', times: 1 })
      const lane = (await first)?.lane
      if (lane === undefined) return 'No tab refreshed'
      tabs.closeFrame(lane)
      const outcomes = await stage.callEverywhere(1)
      tabs.reopenFrame(lane)
      await tabs.until((open) => open.every(isSignedIn), recoverWithinMs)
      return `${lane} was closed; ${outcomes} in the others. ${states(stage)}`
    },
  },
  {
    id: 'step-clock',
    label: 'Step the clock',
    sentence:
      'Three hours forward in one tab, three hours back in another. Nobody is signed out, every request succeeds.',
    async run(stage) {
      // Not in real tabs, which outlive this page and would keep the wrong time.
      const [first, second] = stage.tabs.open.value.filter(({ kind }) => kind === 'frame')
      const hoursMs = 3 * 60 * 60 * 1_000
      const step = async (tab: TabEntry | undefined, byMs: number): Promise<void> => {
        if (tab) await stage.tabs.order(tab.lane, { type: 'step-clock', byMs })
      }
      await step(first, hoursMs)
      await step(second, -hoursMs)
      const outcomes = await stage.callEverywhere(2)
      await step(first, -hoursMs)
      await step(second, hoursMs)
      return `${outcomes}. ${states(stage)}`
    },
  },
  {
    id: 'clear-storage',
    label: 'Clear storage',
    sentence:
      'As “clear site data” does, under the running app. Every tab says “storage-cleared” in place of failing.',
    async run(stage) {
      await deleteDatabases()
      await stage.expire()
      const outcomes = await stage.callEverywhere(1)
      await stage.tabs.until((open) => open.every(isSignedOut), recoverWithinMs)
      return `${outcomes}. ${states(stage)}`
    },
  },
]

/** Those of the library; the demo keeps its own few settings elsewhere. */
async function deleteDatabases(): Promise<void> {
  const databases = await indexedDB.databases()
  await Promise.all(
    databases.map(
      ({ name }) =>
        new Promise<void>((resolve) => {
          if (!name?.startsWith('tokenring')) return resolve()
          const request = indexedDB.deleteDatabase(name)
          request.addEventListener('success', () => resolve())
          request.addEventListener('error', () => resolve())
        }),
    ),
  )
}
