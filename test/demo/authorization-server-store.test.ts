import { expect, test } from 'vitest'
import { createAuthorizationServerStore } from '../../demo/authorization-server-store.ts'

test('of two requests that both saw a refresh token unspent the second one ends the grant', async () => {
  const store = createAuthorizationServerStore({
    graceMs: () => 0,
    onReuse: () => undefined,
  })
  const refreshTokens = store.adapter('RefreshToken')
  await refreshTokens.upsert('first', { grantId: 'grant' }, 60)
  await refreshTokens.upsert('other', { grantId: 'grant' }, 60)
  expect(await refreshTokens.find('first')).not.toHaveProperty('consumed')

  await refreshTokens.consume('first')
  await expect(refreshTokens.consume('first')).rejects.toMatchObject({ error: 'invalid_grant' })
  expect(await refreshTokens.find('other')).toBeUndefined()
  expect(store.grantOfSpent('first')).toBe('grant')
})
