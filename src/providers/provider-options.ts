import type { TokenManagerOptions } from '../manager/token-manager-options.ts'

/** What a provider returns: some of the manager's options, to be spread before the app's own. */
export type ProviderOptions<Options extends Partial<TokenManagerOptions>> = Readonly<Options>
