const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } }

/** One seed, so that a run says something about the code alone. `CONTRACTS_SEED=2` tries others. */
export const seed: number = Number(process?.env?.['CONTRACTS_SEED'] ?? 1)
