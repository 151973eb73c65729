import type { Page } from 'puppeteer-core'

/** The operating system's process that a page runs in. */
export interface RendererProcess {
  kill(): void
  /** The page does nothing at all until it goes on, as on a machine that is out of breath. */
  stop(): void
  goOn(): void
}

/** Longer than a page that runs takes to answer. */
const silenceMs = 400

/**
 * Finds the process of a page, which the protocol does not tell: the one that has to run for the page
 * to answer. Fails if another of `pages` runs in the same one.
 */
export async function rendererOf(page: Page, pages: readonly Page[]): Promise<RendererProcess> {
  const session = await page.browser().target().createCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  const others = pages.filter((other) => other !== page)
  for (const { id } of processInfo.filter(({ type }) => type === 'renderer')) {
    if (!signal(id, 'SIGSTOP')) continue
    try {
      if (await answers(page)) continue
      const shared = (await Promise.all(others.map(answers))).includes(false)
      if (shared) throw new Error('Two pages run in one process.')
      return {
        kill: () => signal(id, 'SIGKILL'),
        stop: () => signal(id, 'SIGSTOP'),
        goOn: () => signal(id, 'SIGCONT'),
      }
    } finally {
      signal(id, 'SIGCONT')
    }
  }
  throw new Error('No process is that of the page.')
}

/** Whether there was such a process. */
function signal(id: number, name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): boolean {
  try {
    return process.kill(id, name)
  } catch {
    return false
  }
}

async function answers(page: Page): Promise<boolean> {
  const silence = new Promise<false>((resolve) => setTimeout(() => resolve(false), silenceMs))
  return Promise.race([page.evaluate(() => true), silence])
}
