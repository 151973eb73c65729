import type { Page } from 'playwright-core'
import { inPage, startStage, waitForExpiry, waitForStatus, type Stage } from '../browser/harness.ts'
import { entrySizes } from './entry-sizes.ts'
import { median } from './median.ts'

/** One figure, as it is printed. */
interface Figure {
  readonly what: string
  readonly measured: string
  readonly target: string
}

const tabs = 10
const requestsPerTab = 10
const tokenEndpointMs = 50
const rounds = 7

/** Measures what the README states, all in one run, and prints it with the targets. */
export async function bench(): Promise<void> {
  const stage = await startStage({ managerOptions: { refreshAhead: 'never' } })
  try {
    const page = await stage.newPage()
    await stage.signIn(page)
    const figures = [
      ...(await callFigures(page)),
      ...(await stormFigures(stage, page)),
      ...(await sizeFigures()),
    ]
    print(figures)
  } finally {
    await stage.close()
  }
}

async function callFigures(page: Page): Promise<Figure[]> {
  const { getsMs, addedMs } = await inPage(page, measureCalls, undefined)
  return [
    {
      what: 'getAccessToken() with a fresh token',
      measured: `${(median(getsMs) * 1e6).toFixed(0)} ns`,
      target: 'under 1 000 ns',
    },
    {
      what: 'what auth.fetch adds, network stubbed',
      measured: `${(median(addedMs) * 1e3).toFixed(2)} µs`,
      target: 'under 5 µs',
    },
  ]
}

/** Runs in the page, so it can use nothing from out here. */
async function measureCalls(): Promise<{ getsMs: number[]; addedMs: number[] }> {
  async function sample(calls: number, task: () => Promise<unknown>): Promise<number> {
    const from = performance.now()
    for (let call = 0; call < calls; call += 1) await task()
    return (performance.now() - from) / calls
  }

  const { app } = window
  const url = 'https://api.example/orders'
  const response = new Response()
  const stub = async (): Promise<Response> => response
  const stubbed = app.createTokenManager({
    ...app.options,
    storage: 'memory',
    resourceServers: ['https://api.example/'],
    fetch: stub,
  })
  await stubbed.startSession({ access_token: 'a', token_type: 'Bearer', expires_in: 3600 })

  const getsMs: number[] = []
  const addedMs: number[] = []
  for (let round = 0; round < 15; round += 1) {
    getsMs.push(await sample(20_000, () => app.auth.getAccessToken()))
    const plain = await sample(5_000, stub)
    addedMs.push((await sample(5_000, () => stubbed.fetch(url))) - plain)
  }
  stubbed.dispose()
  return { getsMs, addedMs }
}

async function stormFigures(stage: Stage<Page>, first: Page): Promise<Figure[]> {
  const pages = [first, ...(await stage.newPages(tabs - 1))]
  await Promise.all(pages.map((page) => waitForStatus(page, 'signed-in')))
  // Connections and preflights are there before anything is measured.
  await stage.storm(pages, requestsPerTab)

  const plain: number[] = []
  const storms: number[] = []
  const traces: Trace[] = []
  let grants = 0
  let failed = 0
  await Promise.all(pages.map((page) => inPage(page, keepEvents, undefined)))
  for (let round = 0; round < rounds; round += 1) {
    await expireToken(stage, first)
    stage.authorizationServer.setFault({ when: 'before', kind: 'delay', ms: tokenEndpointMs })
    await takeEvents(pages)
    const storm = await stage.storm(pages, requestsPerTab)
    stage.authorizationServer.setFault(undefined)
    storms.push(storm.tookMs)
    traces.push(traceOf(await takeEvents(pages)))
    grants += storm.grown.tokenRequests
    failed += tabs * requestsPerTab - (storm.outcomes[200] ?? 0)
    plain.push((await stage.storm(pages, requestsPerTab, { plain: true })).tookMs)
  }
  const ratios = storms.map((tookMs, index) => tookMs / (tokenEndpointMs + (plain[index] ?? NaN)))
  return [
    {
      what: `grants for ${tabs} tabs × ${requestsPerTab} requests (${rounds} storms)`,
      measured: `${grants / rounds} each, ${failed} failed requests`,
      target: '1, and 0',
    },
    {
      what: `time of a storm, over ${tokenEndpointMs} ms + plain fetch`,
      measured: `${median(ratios).toFixed(2)} × (${median(storms)} ms over ${tokenEndpointMs} + ${median(plain)} ms)`,
      target: 'at most 1.30 ×',
    },
    {
      what: 'where it goes: ms after the first tab has asked for the lock',
      measured: steps
        .map((step) => `${step} ${median(traces.map((trace) => trace[step]))}`)
        .join(', '),
      target: 'none',
    },
  ]
}

/** What a renewal goes through, as its events tell; the last is that of the last tab. */
const steps = ['lock-granted', 'claimed', 'sent', 'committed', 'adopted'] as const
type Trace = Readonly<Record<(typeof steps)[number], number>>
type Kept = readonly (readonly [type: string, at: number])[]

/** Runs in the page. */
function keepEvents(): void {
  const kept: [string, number][] = []
  window.app.auth.observe(({ type, at }) => kept.push([type, at]))
  Object.assign(window, { takeEvents: () => kept.splice(0) })
}

async function takeEvents(pages: readonly Page[]): Promise<Kept> {
  const take = (): Kept => (window as unknown as { takeEvents: () => Kept }).takeEvents()
  return (await Promise.all(pages.map((page) => inPage(page, take, undefined)))).flat()
}

function traceOf(kept: Kept): Trace {
  const instants = (type: string): number[] =>
    kept.filter(([own]) => own === type).map(([, at]) => at)
  const from = Math.min(...instants('lock-requested'))
  const after = (type: string, which: (...all: number[]) => number): number =>
    which(...instants(type)) - from
  return {
    'lock-granted': after('lock-granted', Math.min),
    claimed: after('claimed', Math.min),
    sent: after('sent', Math.min),
    committed: after('committed', Math.min),
    adopted: after('adopted', Math.max),
  }
}

async function expireToken(stage: Stage<Page>, page: Page): Promise<void> {
  stage.authorizationServer.setAccessTokenTtl(6)
  await inPage(page, () => window.app.auth.refresh(), undefined)
  stage.authorizationServer.setAccessTokenTtl(300)
  await waitForExpiry(page)
}

async function sizeFigures(): Promise<Figure[]> {
  const sizes = await entrySizes()
  return sizes.map(({ what, minified, brotli, budget }) => ({
    what: `size of ${what}, with its dependencies`,
    measured: `${brotli} B brotli (${minified} B minified)`,
    target: `at most ${budget} B`,
  }))
}

function print(figures: readonly Figure[]): void {
  const lines = figures.map(({ what, measured, target }) => `| ${what} | ${measured} | ${target} |`)
  process.stdout.write(`| what | measured | target |\n| --- | --- | --- |\n${lines.join('\n')}\n`)
}
