import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { startDemo } from './demo-stage.ts'
import type { DemoStage } from './demo-stage.ts'

let demo: DemoStage
beforeAll(async () => {
  demo = await startDemo()
})
beforeEach(() => demo.authorizationServer.resetCounters())
afterAll(() => demo?.close())

async function openBeside(page: Page, name: 'react' | 'vue'): Promise<Page> {
  const other = await page.context().newPage()
  await other.goto(`${demo.pageOrigin}/${name}.html`)
  return other
}

test.for(['react', 'vue'] as const)(
  'a page with %s says that a sign-in did not succeed, and is where it was',
  async (name) => {
    const board = await demo.open()
    const page = await openBeside(board, name)
    const address = `${demo.pageOrigin}/${name}.html?shelf=2#third`
    await page.goto(address)
    await page.reload()
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'No, go back' }).click()
    await page.getByText('The sign-in did not succeed.').waitFor()
    expect(page.url()).toBe(address)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Ada Lovelace' }).click()
    await page.getByText('Signed in as Ada Lovelace').waitFor()
    expect(page.url()).toBe(address)
    expect(await page.getByText('did not succeed').count()).toBe(0)
  },
)

test('a page with React and one with Vue are tabs of the same session', async () => {
  const board = await demo.open()
  const react = await openBeside(board, 'react')
  const problems: string[] = []
  react.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  await react.getByRole('button', { name: 'Sign in' }).click()
  await react.getByRole('button', { name: 'Ada Lovelace' }).click()
  await react.getByText('Signed in as Ada Lovelace').waitFor()
  expect(react.url()).not.toContain('code=')

  const vue = await openBeside(board, 'vue')
  demo.authorizationServer.revokeAccessTokens()
  for (const page of [react, vue]) {
    await page.getByText('Signed in as Ada Lovelace').waitFor()
    await page.getByRole('button', { name: 'Call the API' }).click()
    await page.getByText('The API answered 200.').waitFor()
  }
  await react.reload()
  await react.getByText('Signed in as Ada Lovelace').waitFor()
  // StrictMode mounts everything twice; there is one code and one renewal all the same.
  expect(demo.authorizationServer.counters()).toMatchObject({
    codeGrants: 1,
    refreshGrants: 1,
    replays: 0,
  })

  await vue.getByRole('button', { name: 'Sign out' }).click()
  for (const page of [react, vue]) await page.getByRole('button', { name: 'Sign in' }).waitFor()
  // The answer to the revoked token, and nothing that the content security policy refused.
  expect(problems.filter((text) => !text.includes('401'))).toEqual([])
})
