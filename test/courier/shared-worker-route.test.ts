import { afterEach, describe, expect, it, vi } from 'vitest'
import type { NoCourier } from '../../src/core/events.ts'
import { createSharedWorkerRoute } from '../../src/courier/shared-worker-route.ts'
import { letterMessage } from './letter-message.ts'

const file = new URL('https://app.example/assets/tokenring-courier.js')

/** A worker's side as a page has it. */
class FakeWorker extends EventTarget {
  readonly posted: unknown[] = []
  isClosed = false
  readonly port = {
    postMessage: (...message: unknown[]) => this.posted.push(message),
    close: () => {
      this.isClosed = true
    },
  }
}

interface Engine {
  readonly knowsOption: boolean
  readonly make?: () => FakeWorker
}

/** A page in which workers are made as the engine does it. */
function openPage({ knowsOption, make = () => new FakeWorker() }: Engine) {
  const made: { readonly url: string; readonly worker: FakeWorker; readonly how: unknown }[] = []
  const violations: ((event: { readonly effectiveDirective: string }) => void)[] = []
  vi.stubGlobal('document', {
    addEventListener: (_: string, listener: (typeof violations)[number]) =>
      violations.push(listener),
  })
  vi.stubGlobal('location', new URL('https://app.example/shop/'))
  function Worker(url: string, options: { readonly extendedLifetime?: boolean }): FakeWorker {
    const how = knowsOption ? { ...options } : options
    if (!URL.canParse(url)) throw new DOMException('', 'SyntaxError')
    const worker = make()
    made.push({ url, worker, how })
    return worker
  }
  vi.stubGlobal('SharedWorker', Worker)
  return {
    made,
    violate: (effectiveDirective: string) =>
      violations.forEach((listener) => listener({ effectiveDirective })),
  }
}

function routeTo(url: URL) {
  const reasons: NoCourier[] = []
  return { route: createSharedWorkerRoute(url, (reason) => reasons.push(reason)), reasons }
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('the route to a SharedWorker', () => {
  it('starts one that outlives its pages, and has a connection of its own for every letter', () => {
    const { made } = openPage({ knowsOption: true })
    const { route, reasons } = routeTo(file)
    expect(route.isOpen()).toBe(true)
    expect(made).toMatchObject([{ url: file.href, how: { extendedLifetime: true } }])
    expect(made[0]?.worker).toMatchObject({ posted: [], isClosed: true })
    const port = {} as MessagePort
    const message = letterMessage()
    route.send(message, port)
    expect(made).toHaveLength(2)
    expect(made[1]?.worker).toMatchObject({ posted: [[message, [port]]], isClosed: true })
    expect(reasons).toEqual([])
  })

  it('loads a file of another origin from one of its own', async () => {
    const { made } = openPage({ knowsOption: true })
    let content: Promise<string> | undefined
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      content = (blob as Blob).text()
      return 'blob:https://app.example/1'
    })
    routeTo(new URL('https://cdn.example/tokenring-courier.js'))
    expect(made[0]?.url).toBe('blob:https://app.example/1')
    expect(await content).toBe('importScripts("https://cdn.example/tokenring-courier.js")')
  })

  it.each<[string, Engine]>([
    ['does not know the option', { knowsOption: false }],
    [
      'has no such workers',
      {
        knowsOption: false,
        make() {
          throw new ReferenceError('SharedWorker is not defined')
        },
      },
    ],
  ])('is closed where the engine %s', (_, engine) => {
    const { made } = openPage(engine)
    const { route, reasons } = routeTo(file)
    expect(route.isOpen()).toBe(false)
    expect(reasons).toEqual(['unsupported'])
    route.send(letterMessage(), {} as MessagePort)
    expect(made).toEqual([])
  })

  it('is closed where no worker can be made', () => {
    const make = (): never => {
      throw new DOMException('', 'SecurityError')
    }
    openPage({ knowsOption: true, make })
    const { route, reasons } = routeTo(file)
    expect(route.isOpen()).toBe(false)
    expect(reasons).toEqual(['no-worker'])
  })

  it.each<[string, NoCourier]>([
    ['worker-src', 'csp'],
    ['img-src', 'no-worker'],
  ])('is closed by an error of its worker, after a violation of %s as %s', (directive, reason) => {
    const { made, violate } = openPage({ knowsOption: true })
    const { route, reasons } = routeTo(file)
    violate(directive)
    made[0]?.worker.dispatchEvent(new Event('error'))
    expect(route.isOpen()).toBe(false)
    expect(reasons).toEqual([reason])
  })
})
