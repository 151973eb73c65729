/** Under which the session of the tests is stored. */
export const recordKey = 'session https%3A%2F%2Fas.example spa default'
/** The name of its channel and of its lock. */
export const sharedName = 'tokenring https%3A%2F%2Fas.example spa default'

/** A lease lasts 5 s longer than a token request may; the lock is waited for 5 s longer than that. */
export const leaseMs: number = 15_000
export const lockBoundMs: number = leaseMs + 5_000
