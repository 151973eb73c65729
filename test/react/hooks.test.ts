// @vitest-environment happy-dom
import { version } from 'react'
import { expect, it } from 'vitest'
import { describeAccessTokenHook } from './access-token-suite.ts'
import { listenToReact } from './mount.ts'
import { describeSessionHooks } from './session-suite.ts'

const complaints = listenToReact()

it('React is the newest', () => {
  expect(version).toMatch(/^19\./)
})

describeSessionHooks(complaints)
describeAccessTokenHook()
