import type { Clock } from './ports.ts'

/** In how many slices a bound is waited out. */
const slices = 20
/** Nothing keeps a page busy for so long: it was frozen, or its timers are slowed down in the background. */
const longerThanBusyMs = 30_000
/** So many slices does such a gap count for. */
const slicesOfGap = 10

/**
 * Gives up waiting: runs `task` once this page could have heard an answer for `boundMs`, and returns
 * what cancels it. The one timer for every part of the browser that is waited for.
 *
 * It waits in slices, of which a late one counts no more than one that is in time, so that a timer
 * which is late never outruns an answer that waits behind it: a page that was busy, frozen or put away
 * has lost one slice, and hears in the next what has come meanwhile. A page in the background hears
 * everything though its timers come once a minute, so a gap of that length counts for more, but never
 * for the whole bound.
 */
export function patiently(clock: Clock, boundMs: number, task: () => void): () => void {
  if (clock.isPunctual) return clock.schedule(boundMs, task)
  const sliceMs = boundMs / slices
  let leftMs = boundMs
  let from = clock.monotonic()
  let cancel = clock.schedule(sliceMs, step)

  function step(): void {
    const gapMs = clock.monotonic() - from
    from += gapMs
    leftMs -= Math.min(gapMs, gapMs > longerThanBusyMs ? sliceMs * slicesOfGap : sliceMs)
    // What sums of fractions leave over is no reason to wait.
    if (leftMs > 1) cancel = clock.schedule(Math.min(leftMs, sliceMs), step)
    else task()
  }
  return () => cancel()
}
