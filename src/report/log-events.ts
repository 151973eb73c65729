import type { TokenManager } from '../manager/token-manager-api.ts'
import { describeEvent } from './describe-event.ts'

/**
 * Writes each event of a manager to the console, one line each, until the returned function is called.
 *
 * @param log Where the lines go. Default: `console.debug`, which browsers show at the level "verbose".
 *
 * @example
 *
 * ```ts
 * import { logEvents } from 'tokenring/report'
 *
 * const stop = logEvents(auth)
 * ```
 */
export function logEvents(
  auth: Pick<TokenManager, 'observe'>,
  // oxlint-disable-next-line no-console -- what it is for
  log: (line: string) => void = (line) => console.debug(line),
): () => void {
  return auth.observe((event) => log(`tokenring ${describeEvent(event)}`))
}
