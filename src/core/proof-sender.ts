/** A request to a resource server that a proof is made for. */
export interface ProvenRequest {
  readonly keyPair: unknown
  readonly accessToken: string
  readonly method: string
  readonly url: string
}

/** Makes proofs that the sender holds the key of its token. `Response` is the platform's. */
export interface ProofSender<Response> {
  /**
   * Sends a request to a resource server, by `dispatch`, with a proof of its own, and reads the answer:
   * the nonce in it is in the next proof, and `nonceRequired` says that nothing but a nonce was missing,
   * also where CORS hides the challenge. Rejects as `dispatch` does, and with a `ConfigurationError`
   * (`NONCE_NOT_EXPOSED`) where the server wants a nonce and hides it.
   */
  send(
    request: ProvenRequest,
    dispatch: (headers: Readonly<Record<string, string>>) => Promise<Response>,
  ): Promise<{ readonly response: Response; readonly nonceRequired: boolean }>
  /** The headers alone, for requests that are sent by other means. */
  proofHeaders(request: ProvenRequest): Promise<Record<string, string>>
}
