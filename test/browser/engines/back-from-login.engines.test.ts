import { afterAll, beforeAll, describe } from 'vitest'
import { testBackFromLogin } from '../back-from-login.ts'
import type { AnyPage, Driver } from '../drivers.ts'
import { enginesInUse } from './engines-in-use.ts'
import { launchEngine } from './launch-engine.ts'

describe.each(enginesInUse())('Back from the login page, in %s', (name) => {
  let driver: Driver<AnyPage>

  beforeAll(async () => {
    const engine = await launchEngine(name)
    driver = { ...engine, newPage: () => engine.newPage('about:blank') }
  })
  afterAll(() => driver?.close())

  // Playwright has switched Chromium's cache off; it is tested with the other driver.
  testBackFromLogin({ driver: () => driver, keepsPages: name !== 'chromium' })
})
