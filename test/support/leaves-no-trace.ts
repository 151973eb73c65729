import { afterAll, expect } from 'vitest'

/**
 * Fails a file that leaves something behind in what all files of a worker share: the next file would
 * find it, and which one comes next is chance.
 */

/** Reading them is what Node warns of. */
const unread = ['localStorage', 'sessionStorage']

/** The runner’s own, with what `expect` keeps of the test that runs; and what a bundler loads for good. */
const ofTools = /vitest|jest-matchers|^__vite|signal-exit/i

function membersOf(what: object, name: string): readonly (readonly [string, unknown])[] {
  return Reflect.ownKeys(what).flatMap((key) => {
    const member = String(key)
    if (unread.includes(member) || ofTools.test(member)) return []
    const found = Object.getOwnPropertyDescriptor(what, key)
    // Much of what Node has is made when it is read first.
    const value: unknown =
      what === globalThis ? Reflect.get(what, key) : (found?.get ?? found?.value)
    return [[`${name}.${member}`, value] as const]
  })
}

function everythingShared(): ReadonlyMap<string, unknown> {
  const prototypes = [Object, Array, Function, Promise, Date, Map, Set, Request, Response, Headers]
  const events = ['uncaughtException', 'unhandledRejection', 'warning'] as const
  return new Map<string, unknown>([
    ...membersOf(globalThis, 'globalThis'),
    ...membersOf(console, 'console'),
    ...membersOf(Date, 'Date'),
    ...membersOf(process.stdout, 'stdout').filter(([name]) => name === 'stdout.write'),
    ...Object.entries(process.env).map(([name, value]) => [`env.${name}`, value] as const),
    ...prototypes.flatMap((of) => membersOf(of.prototype as object, `${of.name}.prototype`)),
    ...events.map((event) => [`listeners of ${event}`, process.listenerCount(event)] as const),
  ])
}

const before = everythingShared()

afterAll(() => {
  const after = everythingShared()
  const names = new Set([...before.keys(), ...after.keys()])
  const left = [...names].filter((name) => !Object.is(before.get(name), after.get(name)))
  expect(left.join(', '), 'left behind in what all tests share').toBe('')
})
