/**
 * Collects what would otherwise be reported as uncaught until `act` is over. The runner's own
 * listeners are set aside meanwhile, because an uncaught error is what the test is about.
 */
export async function uncaughtDuring(act: () => Promise<unknown>): Promise<readonly unknown[]> {
  const caught: unknown[] = []
  const collect = (error: unknown): void => {
    caught.push(error)
  }
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', collect)
  try {
    await act()
    await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.removeListener('uncaughtException', collect)
    for (const other of others) process.on('uncaughtException', other)
  }
  return caught
}

/** Collects the rejections that nobody handles until `act` is over. */
export async function unhandledDuring(act: () => Promise<unknown>): Promise<readonly unknown[]> {
  const unhandled: unknown[] = []
  const collect = (reason: unknown): void => {
    unhandled.push(reason)
  }
  process.on('unhandledRejection', collect)
  try {
    await act()
    await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.off('unhandledRejection', collect)
  }
  return unhandled
}
