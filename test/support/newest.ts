import type { Profile } from './tabs.ts'

/** The newest token of a kind that the server has issued. */
export function newest({ server }: Profile, kind: 'access' | 'refresh'): string | undefined {
  return server.secrets.findLast((secret) => secret.startsWith(kind))
}
