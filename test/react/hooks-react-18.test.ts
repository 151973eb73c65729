// @vitest-environment happy-dom
import { version } from 'react'
import { expect, it, vi } from 'vitest'
import { failOnComplaints } from '../support/complaints.ts'
import { describeAccessTokenHook } from './access-token-suite.ts'
import { describeArrivals } from './arrival-suite.ts'
import { describeKeptPages } from './kept-page-suite.ts'
import { describeSessionHooks } from './session-suite.ts'

vi.mock('react', () => vi.importActual('../react-18/node_modules/react/index.js'))
vi.mock('react-dom/client', () => vi.importActual('../react-18/node_modules/react-dom/client.js'))

const complaints = failOnComplaints('error')

it('React is of version 18', () => {
  expect(version).toMatch(/^18\./)
})

describeSessionHooks(complaints)
describeArrivals()
describeKeptPages()
describeAccessTokenHook()
