import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { buildStaticDemo } from '../../../demo/build-demo.ts'
import { listen } from '../../../demo/http.ts'
import { startServers } from '../../../demo/servers.ts'
import { launchPlaywright } from '../drivers.ts'
import { play, signIn } from './demo-stage.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
}

const cleanUp: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const task of cleanUp.splice(0).toReversed()) await task()
})

test('the static files work on any file server, with the other servers started apart', async () => {
  const out = join(await mkdtemp(join(tmpdir(), 'demo-')), 'files')
  cleanUp.push(() => rm(out, { recursive: true }))
  const files = await listen(0)
  cleanUp.push(files.close)
  const servers = await startServers({ pageOrigin: files.origin, controls: true })
  cleanUp.push(servers.close)
  const { issuer, apiOrigin } = servers
  const paths = await buildStaticDemo({ issuer, apiOrigin, accessTokenTtlSeconds: 30, out })
  files.handle = (request, response) => {
    const asked = new URL(request.url ?? '/', files.origin).pathname.slice(1) || 'index.html'
    if (!paths.includes(asked)) return void response.writeHead(404).end()
    void readFile(join(out, asked)).then((content) =>
      response.writeHead(200, { 'content-type': types[extname(asked)] }).end(content),
    )
  }
  const driver = await launchPlaywright()
  cleanUp.push(driver.close)

  const page = await driver.newPage()
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  await page.goto(files.origin)
  await signIn(page)
  expect(await play(page, 'storm')).toBe('60 × 200. 1 refresh grant, 0 replays.')
  await page.goto(`${files.origin}/server-check.html`)
  expect(await page.getByLabel('Issuer').inputValue()).toBe(issuer)
  expect(problems).toEqual([])
})
