import * as fc from 'fast-check'

// A page has no `process`.
const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }

/** One seed, so that a run says something about the code alone. `VALUES_SEED=2` tries other values. */
fc.configureGlobal({ seed: Number(process?.env?.['VALUES_SEED'] ?? 1) })
