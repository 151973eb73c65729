import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { startServers } from '../../demo/servers.ts'
import { launchPlaywright, type Driver } from '../browser/drivers.ts'
import { findChromium } from '../browser/find-chromium.ts'
import { packPackage, type PackedPackage } from '../package/packed-package.ts'
import { installApp, type InstalledApp } from './install-app.ts'
import { serveFolder } from './serve-folder.ts'
import { freeOrigin, serveNext } from './serve-next.ts'
import { useApp } from './use-app.ts'

let packed: PackedPackage
let driver: Driver<Page>

beforeAll(async () => {
  packed = packPackage()
  driver = await launchPlaywright()
})
beforeEach(() => driver.newProfile())
afterAll(async () => {
  await driver?.close()
  await packed?.remove()
})

/** Where each app has what is served, once it is built. */
const folders: Readonly<Record<string, string>> = {
  react: 'dist',
  vue: 'dist',
  axios: 'dist',
  angular: 'dist',
  plain: '.',
}

describe.each(Object.entries(folders))('the app in demo/apps/%s', (name, folder) => {
  test('is installed, built and used', async () => {
    let app: InstalledApp | undefined
    const servers = await startServers({
      createPageServer: () => serveFolder(() => join(app?.folder ?? '', folder)),
      accessTokenTtlSeconds: 300,
      controls: false,
    })
    try {
      app = await installApp(name, packed.tarball, servers)
      if (folder !== '.') await app.runScript('build')
      await useApp(await driver.newPage(), servers)
    } finally {
      await servers.close()
      await app?.remove()
    }
  })
})

describe('the app in demo/apps/next', () => {
  test('is installed, built, rendered by its server and used', async () => {
    const servers = await startServers({
      pageOrigin: await freeOrigin(),
      accessTokenTtlSeconds: 300,
      controls: false,
    })
    let app: InstalledApp | undefined
    let stop: (() => Promise<void>) | undefined
    try {
      app = await installApp('next', packed.tarball, servers)
      await app.runScript('build', { NEXT_TELEMETRY_DISABLED: '1' })
      stop = await serveNext(app.folder, servers.pageOrigin)
      const rendered = await (await fetch(`${servers.pageOrigin}/orders`)).text()
      expect(rendered).toContain('<h1>Orders</h1>')
      expect(rendered).toContain('One moment …')
      await useApp(await driver.newPage(), servers)
    } finally {
      await stop?.()
      await servers.close()
      await app?.remove()
    }
  })
})

describe('the tests in demo/apps/playwright', () => {
  test('sign in once, and outlive two tokens of the app in demo/apps/plain', async () => {
    let app: InstalledApp | undefined
    let tests: InstalledApp | undefined
    const servers = await startServers({
      createPageServer: () => serveFolder(() => app?.folder ?? ''),
      accessTokenTtlSeconds: 5,
      controls: false,
    })
    try {
      app = await installApp('plain', packed.tarball, servers)
      tests = await installApp('playwright', packed.tarball, servers)
      await tests.runScript('test', { CHROMIUM_PATH: findChromium() ?? '' })
      const counters = servers.authorizationServer.counters()
      expect(counters).toMatchObject({ codeGrants: 1, replays: 0, refreshRefused: 0 })
      expect(counters.refreshGrants).toBeGreaterThanOrEqual(2)
    } finally {
      await servers.close()
      await tests?.remove()
      await app?.remove()
    }
  })
})
