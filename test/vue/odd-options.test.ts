// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest'
import { createApp, h } from 'vue'
import type { SessionState } from '../../src/index.ts'
import { createAuth, useAccessToken, useSession } from '../../src/vue/index.ts'
import { failOnComplaints } from '../support/complaints.ts'
import { oddTokenOptions } from '../support/odd-token-options.ts'
import { createProfile } from '../support/tabs.ts'
import { recorder, rest } from './mount.ts'

const complaints = failOnComplaints('warn', 'error')

/** What a component that calls `use` renders while the session is renewed, and then ends. */
async function live<T>(
  use: () => { readonly value: T },
): Promise<{ readonly seen: T[]; readonly caught: unknown[] }> {
  const caught: unknown[] = []
  const { auth } = await createProfile().openSignedInTab()
  const { seen, Recorder } = recorder(use)
  const app = createApp(() => h(Recorder)).use(createAuth(auth))
  app.config.errorHandler = (error) => caught.push(error)
  app.mount(document.createElement('div'))
  await rest()
  await auth.refresh()
  await rest()
  await auth.signOut()
  await rest()
  app.unmount()
  return { seen, caught }
}

describe('useAccessToken, with options that are no options', () => {
  it.each(oddTokenOptions)(
    'says why there is no token, and comes to rest: %s',
    async (_, name, options) => {
      let asked = 0
      const { seen, caught } = await live(() =>
        useAccessToken(() => {
          asked += 1
          if (asked > 50) throw new Error('This has no end.')
          return options() as never
        }),
      )
      expect(caught).toEqual([])
      expect(seen.map(({ error }) => error?.message)).toContainEqual(
        expect.stringMatching(`^options.${name} must be`),
      )
      expect(seen.at(-1)).toEqual({ status: 'signed-out' })
    },
  )

  it.each<[string, () => unknown]>([
    ['that throws', () => fail()],
    ['of nothing', () => null],
  ])('tells the error handler of the app of a getter %s', async (_, options) => {
    const { seen, caught } = await live(() => useAccessToken(options as never))
    expect(caught[0]).toBeInstanceOf(Error)
    expect(seen.at(-1)).toEqual({ status: 'signed-out' })
    complaints.splice(0)
  })
})

describe('useSession, with a selector', () => {
  it.each<[string, (state: SessionState) => unknown]>([
    ['that throws', () => fail()],
    ['that throws at sign-out', ({ status }) => status === 'signed-out' && fail()],
  ])('%s, tells the error handler of the app', async (_, selector) => {
    const { caught } = await live(() => useSession(selector))
    expect(caught).toContainEqual(new Error('expected'))
    complaints.splice(0)
  })

  it('that always returns NaN, renders once', async () => {
    const { seen } = await live(() => useSession(() => Number.NaN))
    expect(seen).toEqual([Number.NaN])
  })
})

function fail(): never {
  throw new Error('expected')
}
