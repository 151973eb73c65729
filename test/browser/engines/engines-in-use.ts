import { engineNames } from './engine.ts'
import type { EngineName } from './engine.ts'

/** The engines to test in: those that `ENGINES` names, separated by commas, or else all. */
export function enginesInUse(): readonly EngineName[] {
  const { ENGINES } = process.env
  if (!ENGINES) return engineNames
  const chosen = ENGINES.split(',').map((name) => name.trim())
  const unknown = chosen.filter((name) => !engineNames.some((known) => known === name))
  if (unknown.length > 0) {
    throw new Error(`ENGINES knows ${engineNames.join(', ')}, but not "${unknown.join(', ')}".`)
  }
  return engineNames.filter((name) => chosen.includes(name))
}
