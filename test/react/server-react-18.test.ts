import { version } from 'react'
import { expect, it, vi } from 'vitest'
import { describeServerRendering } from './server-suite.ts'

vi.mock('react', () => vi.importActual('../react-18/node_modules/react/index.js'))
vi.mock('react-dom/server', () => vi.importActual('../react-18/node_modules/react-dom/server.js'))

it('React is of version 18', () => {
  expect(version).toMatch(/^18\./)
})

describeServerRendering()
