import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inPage, startStage, stateOf, waitForStatus, type Stage } from './harness.ts'

let stage: Stage<Page>

beforeAll(async () => {
  stage = await startStage({ dpop: true, managerOptions: { refreshAhead: 'never' } })
})
afterAll(() => stage?.close())

const refresh = (page: Page): Promise<void> =>
  inPage(page, () => window.app.auth.refresh(), undefined)

test('a session that is bound to a key is renewed by every tab, and after a reload', async () => {
  const first = await stage.newPage()
  await stage.signIn(first)
  const headers = await inPage(
    first,
    (url) => window.app.auth.getAuthorizationHeaders(url),
    `${stage.apiOrigin}/orders`,
  )
  expect(headers['authorization']).toMatch(/^DPoP /)
  expect(headers['dpop']?.split('.')).toHaveLength(3)

  await refresh(first)
  const second = await stage.newPage()
  await waitForStatus(second, 'signed-in')
  await refresh(second)
  await first.reload()
  await waitForStatus(first, 'signed-in')
  await refresh(first)
  expect(await stateOf(first)).toMatchObject({ generation: 4 })
  expect(stage.authorizationServer.counters()).toMatchObject({
    refreshGrants: 3,
    refreshRefused: 0,
    replays: 0,
  })
})
