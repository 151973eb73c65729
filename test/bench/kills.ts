import type { Page } from 'puppeteer-core'
import { beginRefresh, endOfCall } from '../browser/faults/calls.ts'
import { sessionRecord } from '../browser/faults/record.ts'
import { rendererOf } from '../browser/faults/renderer-process.ts'
import { allAre, endsIn, signedInPages } from '../browser/faults/rotations.ts'
import type { AuthorizationServerCounters } from '../../demo/authorization-server-counters.ts'
import { eventually, startPuppeteerStage, stateOf } from '../browser/harness.ts'
import type { Stage } from '../browser/harness.ts'
import { createRandom, oneOf } from '../support/seeded-random.ts'
import { median } from './median.ts'

const tabs = 4
const graceMs = 10_000
const longestWaitMs = 2_000
/** How slow the token endpoint is, before or after it rotates; each as often as the others. */
const slowness = [
  undefined,
  { when: 'before', kind: 'delay', ms: 120 },
  { when: 'after', kind: 'delay', ms: 120 },
] as const
/** A rotation is over by then. */
const latestKillMs = 200

/** What one kill came to. */
interface Round {
  readonly moment: 'before it sent' | 'under way' | 'rotated' | 'done'
  readonly lost: boolean
  /** Grants whose reply never reached storage. */
  readonly cutReplies: number
  readonly replays: number
  /** The longest that a tab which lived on had to wait. */
  readonly longestWaitMs: number
}

interface Summary {
  readonly kills: number
  readonly graceMs: number
  /** How many processes were killed at which stage of their rotation. */
  readonly moments: Readonly<Record<string, number>>
  readonly sessionsLost: number
  /** Losses that do not come from a reply that was cut after the server had rotated. */
  readonly lostOtherwise: number
  readonly cutReplies: number
  readonly replays: number
  readonly longestWaitMs: number
  readonly medianWaitMs: number
  readonly tookSeconds: number
}

/**
 * Kills the process of the page that rotates, at random moments, and says what became of the session
 * in the other tabs: with a server that allows a grace, and with one that does not.
 */
export async function kills(count: number, seed: number): Promise<void> {
  const withGrace = await campaign(count, seed, graceMs)
  const strict = await campaign(count, seed + 1, 0)
  process.stdout.write(`${JSON.stringify({ seed, tabs, withGrace, strict }, null, 2)}\n`)
  const isBroken =
    withGrace.sessionsLost > 0 ||
    withGrace.longestWaitMs > longestWaitMs ||
    strict.lostOtherwise > 0 ||
    strict.sessionsLost !== strict.cutReplies
  process.exitCode = isBroken ? 1 : 0
}

async function campaign(count: number, seed: number, grace: number): Promise<Summary> {
  const random = createRandom(seed)
  const rounds: Round[] = []
  const startedAt = Date.now()
  const stage = await startPuppeteerStage({
    refreshTokenGraceMs: grace,
    managerOptions: { refreshAhead: 'never' },
  })
  try {
    let pages: readonly Page[] = await signedInPages(stage, tabs)
    while (rounds.length < count) {
      const { round, survivors } = await killOne(stage, pages, random)
      rounds.push(round)
      const [first] = survivors
      if (round.lost && first) await stage.signIn(first)
      pages = [...survivors, await stage.newPage()]
      await allAre('signed-in', pages)
      if (rounds.length % 20 === 0) process.stderr.write(`${rounds.length} of ${count}\n`)
    }
  } finally {
    await stage.close()
  }
  const waits = rounds.map((round) => round.longestWaitMs)
  const lost = rounds.filter((round) => round.lost)
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
  return {
    kills: rounds.length,
    graceMs: grace,
    moments: Object.fromEntries(
      [...new Set(rounds.map(({ moment }) => moment))].map((moment) => [
        moment,
        rounds.filter((round) => round.moment === moment).length,
      ]),
    ),
    sessionsLost: lost.length,
    lostOtherwise: lost.filter(({ cutReplies }) => cutReplies !== 1).length,
    cutReplies: sum(rounds.map(({ cutReplies }) => cutReplies)),
    replays: sum(rounds.map(({ replays }) => replays)),
    longestWaitMs: Math.max(...waits),
    medianWaitMs: median(waits),
    tookSeconds: Math.round((Date.now() - startedAt) / 1_000),
  }
}

async function killOne(
  stage: Stage<Page>,
  pages: readonly Page[],
  random: () => number,
): Promise<{ readonly round: Round; readonly survivors: readonly Page[] }> {
  const { authorizationServer } = stage
  const victim = oneOf(pages, random)
  const survivors = pages.filter((page) => page !== victim)
  const renderer = await rendererOf(victim, pages)
  const generation = await storedGeneration(survivors)
  const endsBefore = await Promise.all(survivors.map(endsIn))
  const slow = oneOf(slowness, random)
  authorizationServer.setFault(slow && { ...slow, times: 1 })
  const before = authorizationServer.counters()

  const began = beginRefresh(victim).catch(() => undefined)
  const kill = new Promise<Round['moment'] | undefined>((resolve) =>
    setTimeout(() => {
      const now = authorizationServer.counters()
      renderer.kill()
      if (now.tokenRequests === before.tokenRequests) resolve('before it sent')
      else resolve(now.refreshGrants === before.refreshGrants ? 'under way' : undefined)
    }, random() * latestKillMs),
  )
  // It may die before it has begun, and then the driver waits for its answer.
  await Promise.race([began, kill])
  await Promise.all(survivors.map(beginRefresh))
  const moment = await kill
  const reports = await Promise.all(survivors.map(endOfCall))
  const lost = reports.some(({ outcome }) => outcome !== 'done')
  if (lost) await answeredSince(authorizationServer, before)
  const after = authorizationServer.counters()
  authorizationServer.setFault(undefined)
  // The driver may never be told that a dead page is closed.
  void victim.close().catch(() => undefined)

  const grants = after.refreshGrants - before.refreshGrants
  const cutReplies = grants - ((await storedGeneration(survivors)) - generation)
  const round: Round = {
    moment: moment ?? (cutReplies > 0 ? 'rotated' : 'done'),
    lost,
    cutReplies,
    replays: after.replays - before.replays,
    longestWaitMs: Math.max(...reports.map(({ tookMs }) => tookMs)),
  }
  if (lost) await expectOneEnd(survivors, endsBefore)
  else await expectTokens(stage, survivors)
  return { round, survivors }
}

/**
 * Waits until the server has dealt with every token request: it spends a refresh token first and
 * counts the grant last, and meanwhile it may have refused the tab that came next. It never deals
 * with one that it has dropped.
 */
async function answeredSince(
  { counters }: Stage<Page>['authorizationServer'],
  before: AuthorizationServerCounters,
): Promise<void> {
  const isAnswered = async (): Promise<boolean> => {
    const { tokenRequests, refreshGrants, refreshRefused } = counters()
    const answers = refreshGrants - before.refreshGrants + refreshRefused - before.refreshRefused
    return answers === tokenRequests - before.tokenRequests
  }
  await eventually('the answers', isAnswered, 1_000).catch(() => undefined)
}

/** A session that is lost ends for the one reason there may be, once, in every tab. */
async function expectOneEnd(
  pages: readonly Page[],
  endsBefore: readonly (readonly string[])[],
): Promise<void> {
  await allAre('signed-out', pages)
  for (const [index, page] of pages.entries()) {
    const state = await stateOf(page)
    const ends = (await endsIn(page)).slice(endsBefore[index]?.length)
    const isRight =
      state.status === 'signed-out' && state.reason === 'rotation-lost' && ends.length === 1
    if (!isRight) throw new Error(`A lost session ended like this: ${ends.join()} ${state.status}`)
  }
}

async function expectTokens(stage: Stage<Page>, pages: readonly Page[]): Promise<void> {
  const { outcomes } = await stage.storm(pages, 1)
  if (outcomes[200] === pages.length) return
  throw new Error(`Tabs that live on have no good token: ${JSON.stringify(outcomes)}`)
}

async function storedGeneration([page]: readonly Page[]): Promise<number> {
  if (!page) throw new Error('No tab is left.')
  const [, record] = await sessionRecord(page)
  return (record as { readonly generation: number }).generation
}
