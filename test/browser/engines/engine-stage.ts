import { startStageIn } from '../harness.ts'
import type { Stage, StageOptions } from '../harness.ts'
import type { EngineName, EnginePage } from './engine.ts'
import { launchEngine } from './launch-engine.ts'

/** Starts a stage whose pages are in this engine. */
export function startEngineStage(
  name: EngineName,
  options: StageOptions = {},
): Promise<Stage<EnginePage>> {
  const launch = async () => {
    const engine = await launchEngine(name)
    return { ...engine, newPage: () => engine.newPage('about:blank') }
  }
  return startStageIn(launch, options)
}
