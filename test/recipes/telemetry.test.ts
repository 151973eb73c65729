import { expect, it } from 'vitest'
import { openExpiredTabs, type OpenTabs } from '../support/open-tabs.ts'
import { settle } from '../support/tabs.ts'
import { measure } from './opentelemetry.ts'
import { sendToSentry } from './sentry.ts'

/** Three tabs, of which each asks for a token that is renewed, and then for one that is refused. */
async function watched(watch: (auth: OpenTabs['tab']['auth']) => unknown): Promise<OpenTabs> {
  const opened = await openExpiredTabs(3)
  const { profile, tabs } = opened
  for (const { auth } of tabs) watch(auth)
  const ask = (): Promise<unknown> =>
    Promise.all(tabs.map(({ auth }) => auth.getAccessToken().catch(() => undefined)))
  await ask()
  profile.clock.advance(600_000)
  profile.server.answerNext(() => new Response(null, { status: 503 }))
  await ask()
  profile.server.revokeFamilies()
  await profile.pass(5_000)
  await ask()
  await settle()
  return opened
}

it('Sentry is told once of a session that the server has ended', async () => {
  const breadcrumbs: string[] = []
  const messages: unknown[] = []
  await watched((auth) =>
    sendToSentry(auth, {
      addBreadcrumb: ({ message }) => breadcrumbs.push(message),
      captureMessage: (...message) => messages.push(message),
    }),
  )
  expect(breadcrumbs.filter((type) => type === 'session-ended')).toHaveLength(3)
  expect(messages).toEqual([
    [
      'Signed out: rejected',
      {
        level: 'warning',
        tags: { code: 'REJECTED', oauth_error: 'invalid_grant' },
        extra: { error: 'invalid_grant', status: 400 },
      },
    ],
  ])
})

it('Sentry is not told of a sign-out', async () => {
  const { tab, tabs } = await openExpiredTabs(2)
  const messages: unknown[] = []
  for (const { auth } of tabs) {
    const captureMessage = (message: string): unknown => messages.push(message)
    sendToSentry(auth, { addBreadcrumb() {}, captureMessage })
  }
  await tab.auth.signOut()
  await settle()
  expect(messages).toEqual([])
})

it('OpenTelemetry counts renewals, failures and ends once, however many tabs there are', async () => {
  const measured: unknown[] = []
  await watched((auth) =>
    measure(auth, {
      createCounter: (name) => ({
        add: (value, attributes) => measured.push([name, value, attributes]),
      }),
      createHistogram: (name, { unit }) => ({
        record: (value) => measured.push([name, typeof value, unit]),
      }),
    }),
  )
  expect(measured).toEqual([
    ['tokenring.renewal.duration', 'number', 'ms'],
    ['tokenring.renewal.failures', 1, { code: 'SERVER_UNAVAILABLE' }],
    ['tokenring.session.ends', 1, { reason: 'rejected', 'oauth.error': 'invalid_grant' }],
  ])
})
