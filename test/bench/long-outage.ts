import { goThroughOutage, pagesWithoutToken } from '../browser/faults/outages.ts'
import { startStage } from '../browser/harness.ts'

const tabs = 10

/** Has the token endpoint answer 503 for so long to ten tabs without a token, and says what came of it. */
export async function longOutage(minutes: number): Promise<void> {
  const stage = await startStage()
  try {
    const pages = await pagesWithoutToken(stage, tabs)
    const { requests, backMs, failedCalls } = await goThroughOutage(stage, pages, minutes * 60_000)
    const { refreshGrants, replays } = stage.authorizationServer.counters()
    process.stdout
      .write(`${tabs} tabs, each calling every second, token endpoint down for ${minutes} min
token requests ${requests}, refresh grants ${refreshGrants}, replays ${replays}
the last tab was back after ${backMs} ms
calls that failed meanwhile: ${failedCalls}
`)
  } finally {
    await stage.close()
  }
}
