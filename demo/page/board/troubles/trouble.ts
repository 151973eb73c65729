import type { Stage } from '../stage.ts'

/** Something that happens to apps, at the press of a button. */
export interface Trouble {
  readonly id: string
  readonly label: string
  /** What will happen. */
  readonly sentence: string
  /** What has to be so before it begins, and is not counted. */
  prepare?(stage: Stage): Promise<unknown>
  /** Makes it happen, waits for the end of it, and says what came of it. What it holds ends then. */
  run(stage: Stage): Promise<string>
}
