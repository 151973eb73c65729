import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider, ProviderContext } from 'oidc-provider'
import { demoUser, loginPage } from './authorization-server-pages.ts'
import { readBody, sendHtml } from './http.ts'
import { interactionPolicy } from './quiet-oidc-provider.ts'

const denied = { error: 'access_denied', error_description: 'The user went back.' }

/**
 * Has the user sign in. A `login_hint` that names a demo user signs that user in at once: this is a
 * demo without passwords, and a frame of the grid should sign in without being clicked.
 */
export async function serveLogin(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response)
  const isAnswer = request.method === 'POST'
  const user = isAnswer
    ? demoUser(new URLSearchParams(await readBody(request)).get('user'))
    : demoUser(params['login_hint'])
  if (!isAnswer && user === undefined) {
    sendHtml(response, 200, loginPage(String(params['scope'])))
    return
  }
  const result = user ? { login: { accountId: user.id }, consent: {} } : denied
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
