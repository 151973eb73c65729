// @vitest-environment happy-dom
import { version } from 'react'
import { expect, it } from 'vitest'
import { failOnComplaints } from '../support/complaints.ts'
import { describeAccessTokenHook } from './access-token-suite.ts'
import { describeArrivals } from './arrival-suite.ts'
import { describeKeptPages } from './kept-page-suite.ts'
import { describeSessionHooks } from './session-suite.ts'

const complaints = failOnComplaints('error')

it('React is the newest', () => {
  expect(version).toMatch(/^19\./)
})

describeSessionHooks(complaints)
describeArrivals()
describeKeptPages()
describeAccessTokenHook()
