// It warns on Node 20, on which it works, as soon as it is imported.
const { warn } = console
Object.assign(console, {
  warn(...words: unknown[]) {
    if (!String(words[0]).includes('Unsupported runtime')) warn(...words)
  },
})
const oidcProvider: typeof import('oidc-provider') = await import('oidc-provider')
Object.assign(console, { warn })

export const Provider: typeof oidcProvider.Provider = oidcProvider.Provider
export const errors: typeof oidcProvider.errors = oidcProvider.errors
export const interactionPolicy: typeof oidcProvider.interactionPolicy =
  oidcProvider.interactionPolicy
