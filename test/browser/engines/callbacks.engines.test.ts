import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { inPage, stateOf, type Stage } from '../harness.ts'
import type { EnginePage } from './engine.ts'
import { startEngineStage } from './engine-stage.ts'
import { enginesInUse } from './engines-in-use.ts'

/** A second manager in the page, which the page itself does not know of. */
const second = { sessionName: 'second' }

describe.each(enginesInUse())('a callback, in %s', (name) => {
  let stage: Stage<EnginePage>

  beforeAll(async () => {
    stage = await startEngineStage(name)
  })
  beforeEach(() => stage.reset())
  afterAll(() => stage?.close())

  /** Signs in with the second manager, as far as the page that the server sends the browser back to. */
  async function comeBack(page: EnginePage): Promise<void> {
    await inPage(
      page,
      (more) => {
        const { createTokenManager, options } = window.app
        const manager = createTokenManager({ ...options, ...more })
        void manager.signIn({ returnTo: '/?wanted=a%20b#row' })
      },
      second,
    )
    await eventually('the page after the login page', () =>
      inPage(
        page,
        () => {
          const button = document.querySelector<HTMLElement>('button[name=user][value=ada]')
          button?.click()
          button?.setAttribute('disabled', '')
          return !button && location.pathname.startsWith('/callback') && 'app' in window
        },
        undefined,
      ),
    )
    await inPage(page, () => window.app.ready, undefined)
  }

  /** What the second manager makes of the address that the page shows. */
  const handleRedirect = (page: EnginePage) =>
    inPage(
      page,
      async (more) => {
        const { createTokenManager, options } = window.app
        const manager = createTokenManager({ ...options, ...more })
        const came = await manager.handleRedirect().catch((error: unknown) => {
          const { code, message, returnTo } = error as Record<string, string>
          return { code, message, returnTo }
        })
        return { came, status: manager.getState().status, url: location.href }
      },
      second,
    )

  test('of two managers on one address reaches its own, whoever asks first', async () => {
    const page = await stage.newPage()
    await comeBack(page)
    // The page's own manager has asked first.
    expect(await stateOf(page)).toMatchObject({ status: 'signed-out' })
    expect(await inPage(page, () => location.search, undefined)).toMatch(/[?&]code=/)
    expect(await handleRedirect(page)).toEqual({
      came: { returnTo: '/?wanted=a%20b#row' },
      status: 'signed-in',
      url: `${stage.pageOrigin}/callback`,
    })
    expect(await stateOf(page)).toMatchObject({ status: 'signed-out' })
    expect(stage.authorizationServer.counters()).toMatchObject({ codeGrants: 1 })
  })

  const told = (address: string): unknown => ({
    came: {
      code: 'REDIRECT_URI_MISMATCH',
      message: expect.stringContaining(`${stage.pageOrigin}/${address} in place of`),
      returnTo: '/?wanted=a%20b#row',
    },
    status: 'signed-out',
    url: `${stage.pageOrigin}/${address}?x~z`,
  })

  test('whose host adds a slash is said to be at another address, however often it is asked', async () => {
    const page = await stage.newPage()
    await comeBack(page)
    await inPage(
      page,
      () => history.replaceState(null, '', `/callback/${location.search}&x~z`),
      undefined,
    )
    for (const _ of ['once', 'again']) expect(await handleRedirect(page)).toEqual(told('callback/'))
  })

  test('whose host sends it elsewhere is said so, also after a reload', async () => {
    const page = await stage.newPage()
    await comeBack(page)
    const search = await inPage(page, () => `${location.search}&x~z`, undefined)
    await page.goto(`${stage.pageOrigin}/landing${search}`)
    await eventually('the app', () => inPage(page, () => 'app' in window, undefined))
    expect(await handleRedirect(page)).toEqual(told('landing'))
    await page.reload()
    await eventually('the app', () => inPage(page, () => 'app' in window, undefined))
    expect(await handleRedirect(page)).toEqual(told('landing'))
    expect(stage.authorizationServer.counters()).toMatchObject({ codeGrants: 0 })
  })
})
