import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Servers } from '../../demo/servers.ts'

/** Uses an app as a user does: signs in, looks at the orders, has the token renewed, and signs out. */
export async function useApp(
  page: Page,
  { pageOrigin, issuer, authorizationServer: server }: Servers,
): Promise<void> {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.setDefaultTimeout(60_000)
  const button = (name: string) => page.getByRole('button', { name })
  const showOrders = async (): Promise<void> => {
    const link = page.getByRole('link', { name: 'Orders' })
    await link.or(button('Load again')).first().waitFor()
    if (await link.isVisible()) await link.click()
    await page.getByRole('listitem').first().waitFor()
  }

  await page.goto(pageOrigin)
  await button('Sign in').click()
  await page.waitForURL((url) => url.origin === issuer)
  await page.locator('button[name=user][value=ada]').click()
  await page.waitForURL((url) => url.origin === pageOrigin && url.search === '')
  await showOrders()
  expect(server.counters()).toMatchObject({ codeGrants: 1, refreshGrants: 0 })

  // The next request is answered with 401.
  server.revokeAccessTokens()
  const answered = page.waitForResponse((reply) => reply.ok() && reply.url().endsWith('/orders'))
  await button('Load again').click()
  await answered
  await page.getByRole('listitem').first().waitFor()
  expect(server.counters()).toMatchObject({ refreshGrants: 1, replays: 0 })

  await page.reload()
  await showOrders()
  expect(server.counters()).toMatchObject({ codeGrants: 1, refreshGrants: 1 })

  await button('Sign out').click()
  await button('Sign in').waitFor()
  // Best effort, and nobody waits for it.
  await expect.poll(() => server.counters()).toMatchObject({ replays: 0, revocations: 1 })
  expect(complaints).toEqual([])
}
