interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): {
    createScriptURL(url: string): unknown
  }
}

/**
 * Gives a URL in the form in which a page that enforces Trusted Types lets a worker be made from it.
 * Throws if the page does not allow the policy `tokenring`.
 */
export function createTrustedUrl(): (url: string) => string {
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes }
  const policy = trustedTypes?.createPolicy('tokenring', { createScriptURL: (url) => url })
  return policy ? (url) => policy.createScriptURL(url) as string : (url) => url
}
