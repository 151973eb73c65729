import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { startServers } from '../../demo/servers.ts'
import type { Addresses } from '../../demo/servers.ts'
import { launchPlaywright, type Driver } from '../browser/drivers.ts'
import { packPackage, type PackedPackage } from '../package/packed-package.ts'
import { readText } from '../package/source-files.ts'

let packed: PackedPackage
let driver: Driver<Page>

beforeAll(async () => {
  packed = packPackage()
  driver = await launchPlaywright()
  await driver.newProfile()
})
afterAll(async () => {
  await driver?.close()
  await packed?.remove()
})

/** The page of the guide, word for word but for the addresses. */
function pageFor({ issuer, clientId, apiOrigin, scope }: Addresses): string {
  const [, page = ''] = /^```html\n([\s\S]*?)^```$/m.exec(readText('src/manager/README.md')) ?? []
  return page
    .replace('https://login.example.com', issuer)
    .replace("'spa'", `'${clientId}'`)
    .replace(/scope: '.*'/, `scope: '${scope}'`)
    .replaceAll('https://api.example.com/v2', apiOrigin)
}

test('the guide’s page without a framework signs in, keeps the deep link, shows who it is, and signs out', async () => {
  const servers = await startServers({
    createPageServer: (addresses) => ({
      handle(request, response) {
        const isScript = request.url === '/tokenring.min.js'
        response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
        response.end(
          isScript
            ? readFileSync(join(packed.folder, 'dist/tokenring.min.js'))
            : pageFor(addresses),
        )
      },
    }),
    controls: false,
  })
  try {
    const page = await driver.newPage()
    await page.goto(`${servers.pageOrigin}/orders/7?sort=up#last`)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('button[name=user][value=ada]').click()
    await page.getByText('Ada Lovelace').waitFor()
    expect(page.url()).toBe(`${servers.pageOrigin}/orders/7?sort=up#last`)
    await expect.poll(() => page.locator('#orders').innerText()).not.toBe('')

    await page.reload()
    await page.getByText('Ada Lovelace').waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(await page.locator('#orders').innerText()).toBe('')
    expect(await page.locator('#problem').innerText()).toBe('')
  } finally {
    await servers.close()
  }
})
