import { setTimeout as delay } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import type { Page as PlaywrightPage } from 'playwright-core'
import { launch } from 'puppeteer-core'
import type { Browser, Page as PuppeteerPage } from 'puppeteer-core'
import type { EnginePage } from './engines/engine.ts'
import { findChromium } from './find-chromium.ts'

export type AnyPage = PlaywrightPage | PuppeteerPage | EnginePage

/** A running browser with one profile in use. */
export interface Driver<Page extends AnyPage> {
  /** A new tab of the profile in use. */
  newPage(): Promise<Page>
  /** Closes all tabs; the next one has a fresh profile. */
  newProfile(): Promise<void>
  close(): Promise<void>
}

const args = ['--disable-quic', '--disable-component-update', '--disable-sync', '--no-first-run']

/** For most tests. Every tab counts as visible, and there is no back/forward cache and no freezing. */
export async function launchPlaywright({
  blocksPopups = false,
}: { readonly blocksPopups?: boolean } = {}): Promise<Driver<PlaywrightPage>> {
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    chromiumSandbox: false,
    // Browsers that are driven open every window, unless told to be like others.
    ...(blocksPopups && { ignoreDefaultArgs: ['--disable-popup-blocking'] }),
    args: [...args, '--disable-background-networking'],
  })
  return createDriver(browser, () => browser.newContext())
}

/** For tests of the back/forward cache, of freezing and of hidden tabs, which behave as in life. */
export async function launchPuppeteer(): Promise<Driver<PuppeteerPage>> {
  const browser = await launchLifelike()
  return createDriver(browser, () => browser.createBrowserContext())
}

/** The same with a profile on disk, which the next browser may take over from one that was killed. */
export async function launchFrom(
  userDataDir: string,
): Promise<{ newPage(): Promise<PuppeteerPage>; kill(): void; close(): Promise<void> }> {
  const browser = await launchLifelike(userDataDir)
  return {
    newPage: () => browser.newPage(),
    kill: () => void browser.process()?.kill('SIGKILL'),
    close: () => browser.close(),
  }
}

function launchLifelike(userDataDir?: string): Promise<Browser> {
  return launch({
    executablePath: chromiumPath(),
    headless: true,
    // Its own handlers keep the process alive.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [...args, '--no-sandbox'],
    ...(userDataDir !== undefined && { userDataDir }),
  })
}

async function createDriver<Page extends AnyPage>(
  browser: { close(): Promise<void> },
  openProfile: () => Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>,
): Promise<Driver<Page>> {
  let profile = await openProfile()
  return {
    newPage: () => profile.newPage(),
    async newProfile() {
      const closing = profile.close().catch(() => undefined)
      profile = await openProfile()
      // One whose page was on its way elsewhere has been seen not to close (Chromium, on a busy machine).
      await Promise.race([closing, delay(20_000, undefined, { ref: false })])
    },
    close: () => browser.close(),
  }
}

function chromiumPath(): string {
  const path = findChromium()
  if (path !== undefined) return path
  throw new Error('There is no Chromium, Chrome or Edge here; `npm test` gets one.')
}
