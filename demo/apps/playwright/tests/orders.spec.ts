import { expect } from '@playwright/test'
import { test } from './signed-in.ts'

test('shows the orders to a user who is signed in', async ({ page }) => {
  await page.goto('/orders')
  await expect(page.getByRole('listitem').first()).toBeVisible()
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeHidden()
})

for (const nth of ['first', 'second']) {
  test(`the ${nth} test that outlives a token is still signed in`, async ({ page }) => {
    await page.goto('/')
    await expect(page.getByRole('listitem').first()).toBeVisible()
    let renewals = 0
    page.on('response', (reply) => {
      if (new URL(reply.url()).pathname === '/token' && reply.ok()) renewals += 1
    })
    await expect(async () => {
      await page.getByRole('button', { name: 'Load again' }).click()
      expect(renewals).toBe(1)
    }).toPass()
    await expect(page.getByRole('listitem').first()).toBeVisible()
  })
}
