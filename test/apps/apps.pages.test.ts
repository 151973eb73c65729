import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import type { Page } from 'playwright-core'
import { startServers } from '../../demo/servers.ts'
import { launchPlaywright, type Driver } from '../browser/drivers.ts'
import { packPackage, type PackedPackage } from '../package/packed-package.ts'
import { installApp, type InstalledApp } from './install-app.ts'
import { serveFolder } from './serve-folder.ts'
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
