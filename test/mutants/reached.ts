import { afterAll } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** The stretches of the source that ran in this file of tests. */
    reached?: string[]
  }
}

const reached = new Set<string>()
Object.assign(globalThis, { reached })

// oxlint-disable-next-line no-empty-pattern -- Vitest reads it, and takes nothing else
afterAll(({}, { file }) => {
  file.meta.reached = [...reached]
})
