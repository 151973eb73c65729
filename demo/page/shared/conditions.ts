/** What the demo does to all its tabs at once. */
export interface Conditions {
  /**
   * Until then no request reaches a server; ms since the epoch. A moment and no switch, because the
   * page that set it may be gone by then.
   */
  readonly offlineUntil: number
  /** Every tab calls the API now and then, as an app in use does. */
  readonly inUse: boolean
  /** Whether every tab has a courier; one that is told otherwise begins anew. */
  readonly courier: boolean
  /** By how much time was made to pass. */
  readonly elapsedMs: number
}

export interface SharedConditions {
  get(): Conditions
  set(change: Partial<Conditions>): void
  /** Tells of changes made in this page and in others. */
  subscribe(listener: (now: Conditions, before: Conditions) => void): void
}

const key = 'tokenring-demo-conditions'
const usual: Conditions = { offlineUntil: 0, inUse: true, courier: false, elapsedMs: 0 }

/** In localStorage, so that a tab that is loaded later finds itself under the same conditions. */
export function createConditions(): SharedConditions {
  const listeners = new Set<(now: Conditions, before: Conditions) => void>()
  let conditions = parse(localStorage.getItem(key))
  let timer: ReturnType<typeof setTimeout> | undefined
  watchOffline()

  function change(next: Conditions): void {
    const before = conditions
    conditions = next
    watchOffline()
    for (const listener of listeners) listener(next, before)
  }

  /** Whoever listens is told of the end of it, too. */
  function watchOffline(): void {
    clearTimeout(timer)
    const { offlineUntil } = conditions
    if (offlineUntil === 0) return
    timer = setTimeout(() => change({ ...conditions, offlineUntil: 0 }), offlineUntil - Date.now())
  }

  addEventListener('storage', (event) => {
    if (event.key === key) change(parse(event.newValue))
  })

  return {
    get: () => conditions,
    set(part) {
      const next = { ...conditions, ...part }
      localStorage.setItem(key, JSON.stringify(next))
      change(next)
    },
    subscribe(listener) {
      listeners.add(listener)
    },
  }
}

export function isOffline({ offlineUntil }: Conditions): boolean {
  return offlineUntil > 0
}

function parse(text: string | null): Conditions {
  const { offlineUntil, inUse, courier, elapsedMs } = read(text)
  const isOver = typeof offlineUntil !== 'number' || offlineUntil < Date.now()
  return {
    offlineUntil: isOver ? usual.offlineUntil : offlineUntil,
    inUse: typeof inUse === 'boolean' ? inUse : usual.inUse,
    courier: typeof courier === 'boolean' ? courier : usual.courier,
    elapsedMs: typeof elapsedMs === 'number' ? elapsedMs : usual.elapsedMs,
  }
}

function read(text: string | null): Partial<Record<keyof Conditions, unknown>> {
  try {
    return (JSON.parse(text ?? '{}') ?? {}) as Record<string, unknown>
  } catch {
    return {}
  }
}
