import { act, createElement as h, type ReactNode } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { vi } from 'vitest'
import type { TokenManager } from '../../src/index.ts'
import { AuthProvider } from '../../src/react/index.ts'
import { settle } from '../support/tabs.ts'

export interface Mounted {
  /** What is on the page. */
  text(): string
  /** Clicks the first element that fits. */
  click(selector: string): Promise<void>
  render(node: ReactNode): Promise<void>
  unmount(): Promise<void>
}

// React wants to be told that its updates are waited for.
vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)

/** Does something, and lets everything come to rest that follows from it. */
export async function acting(work: () => unknown): Promise<void> {
  await act(async () => {
    await work()
    await settle()
  })
}

export async function mount(node: ReactNode): Promise<Mounted> {
  const container = document.createElement('div')
  const root = createRoot(container)
  await acting(() => root.render(node))
  return mounted(container, root)
}

/** Takes over what a server rendered. */
export async function hydrate(html: string, node: ReactNode): Promise<Mounted> {
  const container = document.createElement('div')
  container.innerHTML = html
  let root: ReturnType<typeof hydrateRoot> | undefined
  await acting(() => {
    root = hydrateRoot(container, node)
  })
  if (!root) throw new Error('React has not hydrated.')
  return mounted(container, root)
}

function mounted(container: HTMLElement, root: ReturnType<typeof createRoot>): Mounted {
  return {
    text: () => container.textContent ?? '',
    click: (selector) => acting(() => container.querySelector<HTMLElement>(selector)?.click()),
    render: (node) => acting(() => root.render(node)),
    unmount: () => acting(() => root.unmount()),
  }
}

/** Renders below a provider. */
export function within(manager: TokenManager, ...children: ReactNode[]): ReactNode {
  return h(AuthProvider, { manager }, ...children)
}

/** A component that calls `use`, and what that returned in each render. */
export function recorder<T>(use: () => T): { readonly seen: T[]; readonly Recorder: () => null } {
  const seen: T[] = []
  function Recorder(): null {
    const value = use()
    seen.push(value)
    return null
  }
  return { seen, Recorder }
}
