import type { IncomingMessage, ServerResponse } from 'node:http'
import { demoUser, loginPage } from './authorization-server-pages.ts'
import type { DemoUser } from './authorization-server-pages.ts'
import { readBody, sendHtml } from './http.ts'

/**
 * Who signs in by a request to the login page: whoever was chosen there, or without a click the
 * user who is hinted at. If that is nobody yet, the page is shown.
 *
 * @returns `'nobody'` if the person went back; nothing if the page was shown.
 */
export async function chooseUser(
  request: IncomingMessage,
  response: ServerResponse,
  asked: { readonly hintedUser: DemoUser | undefined; readonly scope: string },
): Promise<DemoUser | 'nobody' | undefined> {
  if (request.method === 'POST') {
    return demoUser(new URLSearchParams(await readBody(request)).get('user')) ?? 'nobody'
  }
  if (!asked.hintedUser) sendHtml(response, 200, loginPage(asked.scope))
  return asked.hintedUser
}

/** What the app is told of who went back (RFC 6749 §4.1.2.1). */
export const accessDenied = {
  error: 'access_denied',
  error_description: 'The user went back.',
} as const
