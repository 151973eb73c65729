import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually, inPage, stateOf, type Stage } from '../harness.ts'
import type { EnginePage } from './engine.ts'
import { enginesInUse } from './engines-in-use.ts'
import { startEngineStage } from './engine-stage.ts'

describe.each(enginesInUse())('a sign-in without asking in %s', (name) => {
  let stage: Stage<EnginePage>

  beforeAll(async () => {
    stage = await startEngineStage(name)
  })
  beforeEach(() => stage.reset())
  afterAll(() => stage?.close())

  /** Opens the app as one that looks for itself, which may leave at once. */
  async function look(page: EnginePage): Promise<void> {
    await page.evaluate(() => void (location.href = '/?silently'), undefined)
  }

  async function found(page: EnginePage): Promise<string | undefined> {
    const silent = (): Promise<string | undefined> =>
      inPage(page, () => window.app.silent, undefined)
    await eventually('the end of the look', async () => (await silent()) !== undefined)
    return silent()
  }

  const address = (page: EnginePage): Promise<string> =>
    inPage(page, () => location.href, undefined)

  test('ends with the button where the server knows nobody, and goes in no circle', async () => {
    const page = await stage.newPage()
    await look(page)
    expect(await found(page)).toBe('interaction-required')
    const came = await address(page)
    expect(new URL(came).searchParams.has('error')).toBe(false)
    await look(page)
    expect(await found(page)).toBe('interaction-required')
    expect(stage.authorizationServer.counters().codeGrants).toBe(0)
  })

  test('brings back a user whose data the browser has deleted, once for three tabs', async () => {
    const first = await stage.newPage()
    await stage.signIn(first)
    await inPage(
      first,
      async () => {
        window.app.auth.dispose()
        await new Promise((resolve) => {
          const deleting = indexedDB.deleteDatabase('tokenring')
          deleting.addEventListener('success', resolve)
        })
        sessionStorage.clear()
      },
      undefined,
    )
    stage.authorizationServer.resetCounters()
    const pages = [await stage.newPage(), await stage.newPage(), first]
    for (const page of pages) await look(page)
    for (const page of pages) {
      expect(await found(page)).toBe('signed-in')
      expect(await stateOf(page)).toMatchObject({ status: 'signed-in', sub: 'ada' })
      expect(new URL(await address(page)).search).toBe('?silently')
    }
    expect(stage.authorizationServer.counters()).toMatchObject({ codeGrants: 1 })
  })
})
