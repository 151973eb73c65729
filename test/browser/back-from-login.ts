import { beforeEach, describe, expect, test } from 'vitest'
import { startServers } from '../../demo/servers.ts'
import type { AnyPage, Driver } from './drivers.ts'
import { eventually } from './eventually.ts'
import { serveGuideApp, type GuideApp } from './guide-app.ts'
import { inPage } from './harness.ts'

/** The component of the React guide that begins the sign-in by itself. */
const signedIn = `
  import { createRoot } from 'react-dom/client'
  import { AuthProvider } from 'tokenring/react'
  import { auth } from './auth.ts'
  import { SignedIn } from './SignedIn.tsx'
  await auth.handleRedirect()
  createRoot(document.getElementById('root')).render(
    <AuthProvider manager={auth}><SignedIn>private</SignedIn></AuthProvider>,
  )
`

const apps: readonly (readonly [name: string, app: GuideApp, path: string])[] = [
  ['the app of the React guide', { guide: 'react' }, '/'],
  [
    'what the React guide has for a page that signs in by itself',
    { guide: 'react', entry: signedIn },
    '/',
  ],
  ['the app of the Vue guide', { guide: 'vue' }, '/'],
  ['the guard of the Vue guide', { guide: 'vue' }, '/orders'],
]

/** Presses what the page offers for a sign-in, and says whether it offered anything. */
const press = (page: AnyPage): Promise<boolean> =>
  inPage(
    page,
    () => {
      const offers = [...document.querySelectorAll<HTMLElement>('button, a')]
      const offer = offers.find(({ innerText }) =>
        /^(Sign in|Try again|Your orders|Please sign in again)$/.test(innerText),
      )
      Object.assign(window, { isKept: true })
      offer?.click()
      return offer !== undefined
    },
    undefined,
  )

/** Shows what a user sees who goes back from the login page to the app that a guide describes. */
export function testBackFromLogin(
  /** `keepsPages`: they come out of the back/forward cache, as they were. */
  { driver, keepsPages }: { readonly driver: () => Driver<AnyPage>; readonly keepsPages: boolean },
): void {
  beforeEach(() => driver().newProfile())

  describe.each(apps)('with %s', (_, app, path) => {
    test('leads to a page that offers the sign-in', async () => {
      const servers = await startServers({
        createPageServer: (addresses) => serveGuideApp(app, addresses),
        controls: false,
      })
      const { issuer, pageOrigin } = servers
      try {
        const page = await driver().newPage()
        await page.goto(`${pageOrigin}/elsewhere`)
        await inPage(page, (to) => void setTimeout(() => location.assign(to), 20), path)
        const standing = (): Promise<'offer' | 'login' | undefined> =>
          inPage(
            page,
            (origin) => {
              const { innerText } = document.body
              if (location.origin === origin)
                return innerText.includes('Who are you?') ? 'login' : undefined
              return /[Ss]ign in|Try again|Your orders/.test(innerText) ? 'offer' : undefined
            },
            issuer,
          )
        for (let time = 0; time < 3; time += 1) {
          const before = await eventually('a page that can be used', standing)
          if (before === 'offer') await press(page)
          await eventually('the login page', async () => (await standing()) === 'login')
          await page.goBack()
          const after = await eventually('a page that can be used', standing)
          expect(after).toBe('offer')
          if (!keepsPages) continue
          const isKept = await inPage(page, () => 'isKept' in window, undefined)
          expect(isKept).toBe(before === 'offer')
        }
      } finally {
        await servers.close()
      }
    })
  })
}
