import type { Step } from './walk.ts'

export type Command = Step | 'zoom-in' | 'zoom-out' | 'pause' | 'let-go'

const commands: ReadonlyMap<string, Command> = new Map([
  ['ArrowLeft', 'previous'],
  ['ArrowRight', 'next'],
  ['ArrowUp', 'lane-above'],
  ['ArrowDown', 'lane-below'],
  ['Home', 'first'],
  ['End', 'last'],
  ['+', 'zoom-in'],
  // The key of the plus sign without shift, on many keyboards.
  ['=', 'zoom-in'],
  ['-', 'zoom-out'],
  [' ', 'pause'],
  ['Escape', 'let-go'],
])

/** What a key means to the timeline. Combinations belong to the browser. */
export function commandOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>,
): Command | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined
  return commands.get(event.key)
}
