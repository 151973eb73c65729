/** What a page is made to tell. */
export interface Instruments {
  /** Count what is set, written, sent and waited for. */
  readonly counts: boolean
  /** Requests to the API are answered in the page, at once. */
  readonly stub: boolean
  /** The page is told that nobody sees it. */
  readonly hidden: boolean
}

export interface PageClock {
  /** The machine's own time, which the page's may be ahead of. */
  wall(): number
  /** Since the start of the navigation. */
  monotonic(): number
  /** For pages that are opened or reloaded from now on. */
  keepAhead(aheadMs: number): void
  /** From now on `Date` and `performance.now` are ahead by this. */
  setAhead(aheadMs: number): void
}

export type PageCounts = Record<PageCounter, number>
export type PageCounter =
  | 'timersSet'
  | 'timersRun'
  | 'intervalRuns'
  | 'workers'
  | 'transactions'
  | 'webStorageReads'
  | 'webStorageWrites'
  | 'locks'
  | 'messagesSent'
  | 'messagesReceived'
  | 'storageEvents'

/** Runs in the page before everything else, so it can use nothing from out here. */
export function instrument({ counts: isCounting, stub, hidden }: Instruments): void {
  const page = window as unknown as { clock: PageClock; counts: PageCounts }
  const RealDate = Date
  const monotonic = performance.now.bind(performance)
  let ahead = Number(readAhead())

  function readAhead(): string {
    try {
      return localStorage.getItem('ahead') ?? '0'
    } catch {
      return '0'
    }
  }

  /** Only where time is to be moved: it makes the clock slower to read. */
  function moveClock(): void {
    const now = (): number => RealDate.now() + ahead
    window.Date = new Proxy(RealDate, {
      construct: (target, args, newTarget) =>
        Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
      get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
    })
    performance.now = () => monotonic() + ahead
  }

  page.clock = {
    wall: () => RealDate.now(),
    monotonic,
    keepAhead: (aheadMs) => localStorage.setItem('ahead', String(aheadMs)),
    setAhead(aheadMs) {
      ahead = aheadMs
    },
  }
  if (!stub) moveClock()
  if (isCounting) count()
  if (stub) answerAtOnce()
  if (hidden) {
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })
    Object.defineProperty(document, 'hidden', { get: () => true })
  }

  function answerAtOnce(): void {
    const realFetch = fetch
    const response = new Response()
    window.fetch = (input, init) => {
      const url = input instanceof Request ? input.url : String(input)
      return url.includes('/api/') ? Promise.resolve(response) : realFetch(input, init)
    }
  }

  function count(): void {
    const counts: PageCounts = {
      timersSet: 0,
      timersRun: 0,
      intervalRuns: 0,
      workers: 0,
      transactions: 0,
      webStorageReads: 0,
      webStorageWrites: 0,
      locks: 0,
      messagesSent: 0,
      messagesReceived: 0,
      storageEvents: 0,
    }
    page.counts = counts

    /** Calls of a method also count. */
    function counted(owner: object, name: string, counter: PageCounter): void {
      const methods = owner as Record<string, (...args: unknown[]) => unknown>
      const method = methods[name]
      if (!method) return
      methods[name] = function (this: unknown, ...args) {
        counts[counter] += 1
        return method.apply(this, args)
      }
    }
    counted(IDBDatabase.prototype, 'transaction', 'transactions')
    counted(Storage.prototype, 'getItem', 'webStorageReads')
    counted(Storage.prototype, 'setItem', 'webStorageWrites')
    counted(Storage.prototype, 'removeItem', 'webStorageWrites')
    counted(LockManager.prototype, 'request', 'locks')
    counted(BroadcastChannel.prototype, 'postMessage', 'messagesSent')
    window.addEventListener('storage', () => (counts.storageEvents += 1))

    const RealWorker = Worker
    window.Worker = class extends RealWorker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args)
        counts.workers += 1
      }
    }
    // A twin of each channel hears what that one hears.
    const RealChannel = BroadcastChannel
    window.BroadcastChannel = class extends RealChannel {
      constructor(name: string) {
        super(name)
        this.addEventListener('message', () => (counts.messagesReceived += 1))
      }
    }

    type Handler = (...args: unknown[]) => void
    const timers = window as unknown as Record<
      'setTimeout' | 'setInterval',
      (handler: Handler, ms?: number, ...args: unknown[]) => number
    >
    const { setTimeout: realTimeout, setInterval: realInterval } = timers
    timers.setTimeout = (handler, ms, ...args) => {
      counts.timersSet += 1
      return realTimeout(() => {
        counts.timersRun += 1
        handler(...args)
      }, ms)
    }
    timers.setInterval = (handler, ms, ...args) => {
      counts.timersSet += 1
      return realInterval(() => {
        counts.intervalRuns += 1
        handler(...args)
      }, ms)
    }
  }
}
