interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): unknown }
}

/** Whether the page lets workers be made. */
export interface PagePolicy {
  /**
   * A URL in the form in which a page that enforces Trusted Types lets a worker be made from it. Throws
   * if the page does not allow the policy `tokenring`.
   */
  trust(url: string): string
  /** Whether a worker was forbidden since: the engine says so before, or instead of, an error. */
  hasForbidden(): boolean
}

export function createPagePolicy(): PagePolicy {
  let isForbidden = false
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
    isForbidden ||= effectiveDirective === 'worker-src'
  })
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes }
  let policy: ReturnType<TrustedTypes['createPolicy']> | undefined
  try {
    policy = trustedTypes?.createPolicy('tokenring', { createScriptURL: (url) => url })
  } catch {
    isForbidden = true
  }
  return {
    trust(url) {
      if (isForbidden) throw new TypeError('The page forbids it.')
      return policy ? (policy.createScriptURL(url) as string) : url
    },
    hasForbidden: () => isForbidden,
  }
}
