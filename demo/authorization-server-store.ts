import { errors } from './quiet-oidc-provider.ts'

interface Payload {
  readonly accountId?: string
  readonly clientId?: string
  readonly grantId?: string
  readonly uid?: string
  readonly userCode?: string
  consumed?: number
}

interface Entry {
  readonly payload: Payload
  readonly expiresAt: number
  consumedAt?: number
}

/** What oidc-provider asks of the store of one kind of thing. */
export interface ModelStore {
  upsert(id: string, payload: Payload, expiresInSeconds?: number): Promise<void>
  find(id: string): Promise<Payload | undefined>
  findByUid(uid: string): Promise<Payload | undefined>
  destroy(id: string): Promise<void>
  consume(id: string): Promise<void>
  revokeByGrantId(grantId: string): Promise<void>
}

/** Whose something is: of one user, of one client, of both, or of everybody. */
export interface Whose {
  readonly user?: string | undefined
  readonly client?: string | undefined
}

export function isOf(
  { user, client }: Whose,
  of: { readonly accountId?: string; readonly clientId?: string },
): boolean {
  return (
    (user === undefined || of.accountId === user) &&
    (client === undefined || of.clientId === client)
  )
}

/** Where oidc-provider keeps everything: this process's memory. */
export interface AuthorizationServerStore {
  /** The `adapter` option of oidc-provider. */
  adapter(model: string): ModelStore
  /** Grants with a refresh token that is neither spent nor revoked. */
  liveSessions(clientId: string): number
  /** The grant of a refresh token that has been spent, also if the grant is gone by now. */
  grantOfSpent(refreshToken: string): string | undefined
  /** Ends sessions, as if somebody had revoked their grants. */
  revokeGrants(whose: Whose): void
}

export interface AuthorizationServerStoreOptions {
  /** For so long after it was spent a refresh token is accepted again, as of now. */
  graceMs(): number
  /** Called when a spent refresh token was accepted again. */
  onReuse(clientId: string | undefined): void
}

export function createAuthorizationServerStore({
  graceMs,
  onReuse,
}: AuthorizationServerStoreOptions): AuthorizationServerStore {
  const entries = new Map<string, Entry>()
  const spent = new Map<string, string>()

  function live(key: string): Entry | undefined {
    const entry = entries.get(key)
    return entry && entry.expiresAt > Date.now() ? entry : undefined
  }

  function inGrace(entry: Entry): boolean {
    return entry.consumedAt !== undefined && Date.now() - entry.consumedAt < graceMs()
  }

  function removeWhere(matches: (payload: Payload, key: string) => boolean): void {
    for (const [key, { payload }] of entries) if (matches(payload, key)) entries.delete(key)
  }

  function revokeByGrantId(grantId: string): void {
    removeWhere((payload) => payload.grantId === grantId)
  }

  return {
    adapter: (model) => ({
      async upsert(id, payload, expiresInSeconds) {
        const expiresAt = expiresInSeconds ? Date.now() + expiresInSeconds * 1000 : Infinity
        entries.set(`${model}:${id}`, { payload, expiresAt })
      },
      async find(id) {
        const entry = live(`${model}:${id}`)
        if (!entry || !inGrace(entry)) return entry?.payload
        const { consumed: _, ...unspent } = entry.payload
        return unspent
      },
      async findByUid(uid) {
        const found = [...entries].find(
          ([key, { payload }]) => key.startsWith(`${model}:`) && payload.uid === uid,
        )
        return found && live(found[0])?.payload
      },
      async destroy(id) {
        entries.delete(`${model}:${id}`)
      },
      async consume(id) {
        const entry = live(`${model}:${id}`)
        if (!entry) throw new errors.InvalidGrant(`${model} not found`)
        if (entry.consumedAt !== undefined) {
          // oidc-provider looks first and spends later: of two requests at the same moment both
          // have seen it unspent.
          if (!inGrace(entry)) {
            if (entry.payload.grantId) revokeByGrantId(entry.payload.grantId)
            throw new errors.InvalidGrant(`${model} already used`)
          }
          onReuse(entry.payload.clientId)
          return
        }
        entry.consumedAt = Date.now()
        entry.payload.consumed = Math.floor(entry.consumedAt / 1000)
        if (model === 'RefreshToken') spent.set(id, entry.payload.grantId ?? '')
      },
      async revokeByGrantId(grantId) {
        revokeByGrantId(grantId)
      },
    }),
    liveSessions(clientId) {
      const grants = [...entries]
        .filter(([key]) => key.startsWith('RefreshToken:'))
        .map(([key]) => live(key))
        .filter((entry) => entry?.payload.clientId === clientId && entry.consumedAt === undefined)
        .map((entry) => entry?.payload.grantId)
      return new Set(grants).size
    },
    grantOfSpent: (refreshToken) => spent.get(refreshToken),
    revokeGrants(whose) {
      const isGrantOf = (payload: Payload, key: string): boolean =>
        key.startsWith('Grant:') && isOf(whose, payload)
      for (const [key, { payload }] of entries) {
        if (isGrantOf(payload, key)) revokeByGrantId(key.slice('Grant:'.length))
      }
      removeWhere(isGrantOf)
    },
  }
}
