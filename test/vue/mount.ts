import {
  createApp,
  createSSRApp,
  defineComponent,
  h,
  nextTick,
  type App,
  type Component,
} from 'vue'
import type { TokenManager } from '../../src/index.ts'
import { createAuth } from '../../src/vue/index.ts'
import { settle } from '../support/tabs.ts'

export interface Mounted {
  /** What is on the page. */
  text(): string
  unmount(): void
}

/** Lets everything come to rest, rendering too. */
export async function rest(): Promise<void> {
  await settle()
  await nextTick()
}

export async function mount(manager: TokenManager, ...components: Component[]): Promise<Mounted> {
  return mounted(
    createApp(() => components.map((component) => h(component))),
    manager,
    '',
  )
}

/** Takes over what a server rendered. */
export async function hydrate(
  html: string,
  manager: TokenManager,
  component: Component,
): Promise<Mounted> {
  return mounted(createSSRApp(component), manager, html)
}

async function mounted(app: App, manager: TokenManager, html: string): Promise<Mounted> {
  const container = document.createElement('div')
  container.innerHTML = html
  app.use(createAuth(manager)).mount(container)
  await rest()
  return { text: () => container.textContent ?? '', unmount: () => app.unmount() }
}

/** A component that shows what `use` returns, and has a record of that for each rendering. */
export function recorder<T>(use: () => { readonly value: T }): {
  readonly seen: T[]
  readonly Recorder: Component
} {
  const seen: T[] = []
  const Recorder = defineComponent(() => {
    const used = use()
    return () => {
      seen.push(used.value)
      return h('p', JSON.stringify(used.value))
    }
  })
  return { seen, Recorder }
}
