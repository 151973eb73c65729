import type { TokenManager } from 'tokenring'

/** What is used of a `Meter` of `@opentelemetry/api`: `metrics.getMeter('my-app')`. */
export interface MeterApi {
  createCounter(name: string): {
    add(value: number, attributes?: Record<string, string>): void
  }
  createHistogram(
    name: string,
    options: { unit: string },
  ): { record(value: number, attributes?: Record<string, string>): void }
}

/** Every number counts once, however many tabs there are. */
export function measure(auth: TokenManager, meter: MeterApi): () => void {
  const ends = meter.createCounter('tokenring.session.ends')
  const failures = meter.createCounter('tokenring.renewal.failures')
  const durations = meter.createHistogram('tokenring.renewal.duration', { unit: 'ms' })
  return auth.observe((event) => {
    if (event.type === 'committed') durations.record(event.tookMs)
    // What the tab says that has asked the server.
    const hasFailed = event.type === 'held-off' || event.type === 'halted'
    if (hasFailed) failures.add(1, { code: event.code })
    // Every tab tells of an end; one has decided it.
    if (event.type !== 'session-ended' || !event.decidedHere) return
    const { reason, oauth } = event
    ends.add(1, { reason, ...(oauth && { 'oauth.error': oauth.error }) })
  })
}
