/** The end of waiting: the time is up, or the caller has left. */
export interface Deadline {
  /** Aborts at the end of waiting. */
  readonly signal: AbortSignal
  /** Whether the time is up. */
  isOver(): boolean
  /** Settles as `work` does, or rejects at the end of waiting, also if `work` does not heed the signal. */
  within<T>(work: Promise<T>): Promise<T>
  /** Leaves no timer and no listener behind. */
  release(): void
}

export function createDeadline(request: Request, timeoutMs: number): Deadline {
  const controller = new AbortController()
  let isOver = false
  const gone = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(new Error('Nobody waits any more.')))
  })
  gone.catch(() => {})
  const leave = (): void => controller.abort()
  // Not AbortSignal.any() with AbortSignal.timeout(): early versions of Node 20 lose such signals to
  // the garbage collector.
  const timer = setTimeout(() => {
    isOver = true
    controller.abort()
  }, timeoutMs)
  request.signal.addEventListener('abort', leave)
  if (request.signal.aborted) leave()
  return {
    signal: controller.signal,
    isOver: () => isOver,
    within: (work) => Promise.race([work, gone]),
    release() {
      clearTimeout(timer)
      request.signal.removeEventListener('abort', leave)
    },
  }
}
