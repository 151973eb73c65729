import type { FakeAuthorizationServer } from '../../../src/testing/fake-authorization-server.ts'
import type { Broken, Keeper } from './moment.ts'

/** A request is sent twice at most, and the second time with a token of the same user. */
export function createRequests(options: {
  readonly server: FakeAuthorizationServer
  /** Whose session a family is. */
  readonly userOf: (family: number) => string
  readonly broken: Broken
}): Keeper {
  const { server, broken } = options
  const sent = new Map<string, string[]>()
  return {
    see(moment) {
      if (moment.type !== 'api-sent') return
      const { tab, url, token } = moment
      const lineage = server.lineageOf(token)
      if (!lineage) return broken('never to another user (5)', `${tab.name} sends no known token`)
      const users = [...(sent.get(url) ?? []), options.userOf(lineage.family)]
      sent.set(url, users)
      if (users.length > 2) broken('two sends at most (6)', `${tab.name} sends a request again`)
      if (new Set(users).size > 1) {
        broken('never to another user (5)', `${tab.name} resends a request for another user`)
      }
    },
  }
}
