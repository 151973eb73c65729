import { patiently } from './patiently.ts'
import type { AbortSignalLike, Clock } from './ports.ts'

/** Fulfils after `delayMs`, or earlier when `subscribe` calls back for the first time. */
export function untilFirst(
  clock: Clock,
  delayMs: number,
  subscribe: (listener: () => void) => () => void = () => () => {},
): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      cancel()
      unsubscribe()
      resolve()
    }
    const cancel = clock.schedule(Math.max(0, delayMs), finish)
    const unsubscribe = subscribe(finish)
  })
}

/** Settles as `work` does, or fulfils with nothing once it was waited for so long; `work` itself goes on. */
export function atMost<T>(
  clock: Clock,
  boundMs: number,
  work: Promise<T>,
  stops: readonly Stop[] = [],
): Promise<T | undefined> {
  const bound: Stop<undefined> = (_, resolve) => patiently(clock, boundMs, () => resolve(undefined))
  return unlessStopped<T | undefined>(work, [...stops, bound])
}

/** Something that ends the waiting for a piece of work; returns what takes it back. */
export type Stop<T = never> = (
  reject: (reason: unknown) => void,
  resolve: (value: T) => void,
) => () => void

/** Settles as `work` does, or as soon as one of the `stops` calls back; `work` itself goes on. */
export function unlessStopped<T>(work: Promise<T>, stops: readonly Stop<T>[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = (): void => unsubscribes.forEach((unsubscribe) => unsubscribe())
    const settle =
      <V>(how: (value: V) => void) =>
      (value: V): void => {
        finish()
        how(value)
      }
    const unsubscribes = stops.map((stop) => stop(settle(reject), settle(resolve)))
    work.then(resolve, reject).finally(finish)
  })
}

/** A stop for {@link unlessStopped} that rejects with the signal's own reason. */
export function onAbort(signal: AbortSignalLike | undefined): Stop {
  return (reject) => {
    if (!signal) return () => {}
    const listener = (): void => reject(signal.reason)
    signal.addEventListener('abort', listener)
    return () => signal.removeEventListener('abort', listener)
  }
}
