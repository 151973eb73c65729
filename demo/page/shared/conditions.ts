/** What the demo does to all its tabs at once. */
export interface Conditions {
  /** No request reaches a server. */
  readonly offline: boolean
  /** Every tab calls the API now and then, as an app in use does. */
  readonly inUse: boolean
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
const usual: Conditions = { offline: false, inUse: true, elapsedMs: 0 }

/** In localStorage, so that a tab that is loaded later finds itself under the same conditions. */
export function createConditions(): SharedConditions {
  const listeners = new Set<(now: Conditions, before: Conditions) => void>()
  let conditions = parse(localStorage.getItem(key))

  function change(next: Conditions): void {
    const before = conditions
    conditions = next
    for (const listener of listeners) listener(next, before)
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

function parse(text: string | null): Conditions {
  const { offline, inUse, elapsedMs } = read(text)
  return {
    offline: typeof offline === 'boolean' ? offline : usual.offline,
    inUse: typeof inUse === 'boolean' ? inUse : usual.inUse,
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
