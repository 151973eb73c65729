/** The part of oidc-provider, which comes without types, that the demo uses. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  interface Grant {
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }

  interface ProviderContext {
    readonly method: string
    readonly path: string
    readonly req: IncomingMessage
    readonly res: ServerResponse
    status: number
    type: string
    body: unknown
    /** `false` leaves the answer to somebody else. */
    respond: boolean
    set(headers: Record<string, string>): void
    readonly oidc: {
      readonly params?: Readonly<Record<string, string | undefined>>
      readonly requestParamScopes: ReadonlySet<string>
      readonly entities: Readonly<Record<string, unknown>>
      readonly client: { readonly clientId: string }
      /** What an interaction came to, while the request is resumed after it. */
      readonly result?: object
      readonly session: {
        readonly accountId: string
        grantIdFor(clientId: string): string | undefined
      }
    }
  }

  interface IssuedToken {
    readonly jti: string
    readonly accountId: string
    readonly clientId: string
    readonly grantId: string
    /** The grant types that led to it, one after the other. */
    readonly gty: string
  }

  interface InteractionDetails {
    readonly uid: string
    readonly params: Readonly<Record<string, unknown>>
  }

  export class Provider {
    constructor(issuer: string, configuration: object)
    readonly Grant: {
      new (of: { accountId: string; clientId: string }): Grant
      find(id: string): Promise<Grant | undefined>
    }
    callback(): (request: IncomingMessage, response: ServerResponse) => void
    use(step: (context: ProviderContext, next: () => Promise<void>) => Promise<void>): void
    on(event: 'grant.success', listener: (context: ProviderContext) => void): void
    on(
      event: 'grant.error' | 'server_error',
      listener: (context: ProviderContext, error: Error) => void,
    ): void
    on(event: 'access_token.issued', listener: (token: IssuedToken) => void): void
    interactionDetails(
      request: IncomingMessage,
      response: ServerResponse,
    ): Promise<InteractionDetails>
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: object,
    ): Promise<void>
  }

  interface Check {
    readonly reason: string
  }

  export const interactionPolicy: {
    readonly Check: new (
      reason: string,
      description: string,
      error: string,
      isNeeded: (context: ProviderContext) => boolean,
    ) => Check
    base(): { get(prompt: string): { readonly checks: { add(check: Check): void } } }
  }

  export const errors: { readonly InvalidGrant: new (detail: string) => Error }
}
