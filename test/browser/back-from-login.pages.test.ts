import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe } from 'vitest'
import { testBackFromLogin } from './back-from-login.ts'
import { launchPuppeteer, type Driver } from './drivers.ts'

describe('Back from the login page, where pages come out of the back/forward cache', () => {
  let driver: Driver<Page>

  beforeAll(async () => {
    driver = await launchPuppeteer()
  })
  afterAll(() => driver?.close())

  testBackFromLogin({ driver: () => driver, keepsPages: true })
})
