// @vitest-environment happy-dom
import { Component, StrictMode, createElement as h, type ReactNode } from 'react'
import { describe, expect, it } from 'vitest'
import type { SessionState } from '../../src/index.ts'
import { useAccessToken, useSession } from '../../src/react/index.ts'
import { failOnComplaints } from '../support/complaints.ts'
import { oddTokenOptions } from '../support/odd-token-options.ts'
import { createProfile } from '../support/tabs.ts'
import { acting, mount, recorder, within } from './mount.ts'

const complaints = failOnComplaints('error')

/** What a component that calls `use` renders while the session is renewed, and then ends. */
async function live<T>(use: () => T): Promise<{ readonly seen: T[]; readonly caught: unknown[] }> {
  const caught: unknown[] = []
  class Boundary extends Component<{ readonly children?: ReactNode }> {
    override readonly state = { failed: false }
    static getDerivedStateFromError(error: unknown): { readonly failed: boolean } {
      caught.push(error)
      return { failed: true }
    }
    override render(): ReactNode {
      return this.state.failed ? null : this.props.children
    }
  }
  const { auth } = await createProfile().openSignedInTab()
  const { seen, Recorder } = recorder(() => {
    if (seen.length > 50) throw new Error('This has no end.')
    return use()
  })
  await mount(h(StrictMode, null, h(Boundary, null, within(auth, h(Recorder)))))
  await acting(() => auth.refresh())
  await acting(() => auth.signOut())
  return { seen, caught }
}

describe('useAccessToken, with options that are no options', () => {
  it.each(oddTokenOptions)(
    'says why there is no token, and comes to rest: %s',
    async (_, name, options) => {
      const { seen, caught } = await live(() => useAccessToken(options() as never))
      expect(caught).toEqual([])
      expect(seen.find(({ status }) => status === 'failed')?.error).toBeInstanceOf(TypeError)
      expect(seen.map(({ error }) => error?.message)).toContainEqual(
        expect.stringMatching(`^options.${name} must be`),
      )
      expect(seen.at(-1)).toEqual({ status: 'signed-out' })
    },
  )

  it('fails in rendering without any object', async () => {
    const { caught } = await live(() => useAccessToken(null as never))
    expect(caught[0]).toBeInstanceOf(TypeError)
    expect(complaints.splice(0).length).toBeGreaterThan(0)
  })
})

describe('useSession, with a selector', () => {
  it.each<[string, (state: SessionState) => unknown]>([
    ['that throws', () => fail()],
    ['that throws at sign-out', ({ status }) => status === 'signed-out' && fail()],
  ])('%s, fails in rendering, where a boundary catches it', async (_, selector) => {
    const { caught } = await live(() => useSession(selector))
    expect(caught).toContainEqual(new Error('selector'))
    expect(complaints.splice(0).length).toBeGreaterThan(0)
  })

  it('that always returns NaN, renders once', async () => {
    const { seen } = await live(() => useSession(() => Number.NaN))
    // StrictMode renders everything twice.
    expect(seen).toEqual([Number.NaN, Number.NaN])
  })
})

function fail(): never {
  throw new Error('selector')
}
