import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider, ProviderContext } from 'oidc-provider'
import { demoUser, errorPage } from './authorization-server-pages.ts'
import { accessDenied, chooseUser } from './choose-user.ts'
import { sendHtml } from './http.ts'
import { interactionPolicy } from './quiet-oidc-provider.ts'

/**
 * Has the user sign in. A `login_hint` that names a demo user signs that user in at once: this is a
 * demo without passwords, and a frame of the grid should sign in without being clicked.
 */
export async function serveLogin(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const interaction = await provider.interactionDetails(request, response).catch(() => undefined)
  if (!interaction) {
    sendHtml(response, 400, errorPage({ error: 'This sign-in is over.' }))
    return
  }
  const { params } = interaction
  const user = await chooseUser(request, response, {
    hintedUser: demoUser(params['login_hint']),
    scope: String(params['scope']),
  })
  if (user === undefined) return
  const result = user === 'nobody' ? accessDenied : { login: { accountId: user.id }, consent: {} }
  await provider.interactionFinished(request, response, result)
}

/** oidc-provider's own policy; and who is signed in gives way to the user of the `login_hint`. */
export function createLoginPolicy(): object {
  const policy = interactionPolicy.base()
  const { Check } = interactionPolicy
  const isAnotherUser = ({ oidc }: ProviderContext): boolean => {
    const hinted = demoUser(oidc.params?.['login_hint'])
    return hinted !== undefined && oidc.result === undefined && oidc.session.accountId !== hinted.id
  }
  const description = 'End-User authentication is required'
  policy
    .get('login')
    .checks.add(new Check('hinted_user', description, 'login_required', isAnotherUser))
  return policy
}
