import type { Page } from 'playwright-core'
import { afterEach, expect, test } from 'vitest'
import { inPage, startStage, stateOf, waitForStatus } from './harness.ts'
import type { Stage } from './harness.ts'

let stage: Stage<Page> | undefined
afterEach(() => stage?.close())

/** A server whose access and refresh tokens are so long, and an API that takes so much of headers. */
async function signedInPage(bytes: number, apiHeaderBytes?: number): Promise<Page> {
  stage = await startStage({
    authorizationServer: 'wso2-rotating',
    tokenSizes: { accessToken: bytes, refreshToken: bytes },
    ...(apiHeaderBytes !== undefined && { apiHeaderBytes }),
  })
  const page = await stage.newPage()
  await stage.signIn(page)
  return page
}

/** The status of a request, and the length of the token that it was sent with. */
async function callApi(page: Page): Promise<{ status: number; tokenLength: number }> {
  return inPage(
    page,
    async (url) => ({
      status: (await window.app.auth.fetch(url)).status,
      tokenLength: (await window.app.auth.getAccessToken()).length,
    }),
    `${stage?.apiOrigin}/orders`,
  )
}

test.each([
  ['4,096 bytes', 4_096, undefined],
  ['64 kB', 65_536, 131_072],
] as const)('tokens of %s are stored, renewed and sent', async (_size, bytes, apiHeaderBytes) => {
  const page = await signedInPage(bytes, apiHeaderBytes)
  const expected = { status: 200, tokenLength: bytes }
  expect(await callApi(page)).toEqual(expected)
  await inPage(page, () => window.app.auth.refresh(), undefined)
  await page.reload()
  await waitForStatus(page, 'signed-in')
  expect(await callApi(page)).toEqual(expected)
  await inPage(page, () => window.app.auth.refresh(), undefined)
  expect(stage?.authorizationServer.counters()).toMatchObject({ refreshGrants: 2, replays: 0 })
})

test('a token that the API finds too long is a failed request, and costs no refresh', async () => {
  const page = await signedInPage(65_536)
  // Node answers without reading the headers, so without CORS: the page sees a failed request.
  const outcome = await inPage(
    page,
    (url) =>
      window.app.auth.fetch(url).then(
        ({ status }) => String(status),
        (error: Error) => error.name,
      ),
    `${stage?.apiOrigin}/orders`,
  )
  expect(outcome).toBe('TypeError')
  expect(await stateOf(page)).toMatchObject({ status: 'signed-in', generation: 1 })
  expect(stage?.authorizationServer.counters().refreshGrants).toBe(0)
})
