import { describe, expect, it } from 'vitest'
import { patiently } from '../../src/core/patiently.ts'
import type { Clock } from '../../src/core/ports.ts'

/** The event loop of a page: a timer that is due runs when the page comes to it. */
function createPage() {
  let elapsedMs = 0
  let timers: readonly { readonly dueAt: number; readonly task: () => void }[] = []
  const clock: Clock = {
    now: () => elapsedMs,
    monotonic: () => elapsedMs,
    schedule(delayMs, task) {
      const timer = { dueAt: elapsedMs + delayMs, task }
      timers = [...timers, timer]
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
  }
  /** It does nothing else for so long, or is frozen; then what is due by now runs. */
  function block(ms: number): void {
    elapsedMs += ms
    const due = timers.filter(({ dueAt }) => dueAt <= elapsedMs)
    timers = timers.filter((timer) => !due.includes(timer))
    for (const { task } of due) task()
  }
  return {
    clock,
    block,
    idle(ms: number) {
      for (let left = ms; left > 0; left -= 1) block(1)
    },
    timers: () => timers.length,
  }
}

function wait(boundMs: number) {
  const page = createPage()
  let ran = 0
  const cancel = patiently(page.clock, boundMs, () => {
    ran += 1
  })
  return { ...page, cancel, ran: () => ran }
}

describe('a bound that is waited out patiently', () => {
  it('is as long as it says in a page that is never late', () => {
    const { idle, ran } = wait(2_000)
    idle(1_980)
    expect(ran()).toBe(0)
    idle(20)
    expect(ran()).toBe(1)
  })

  it('does not count the tasks that keep a page busy while it starts', () => {
    const { block, idle, ran } = wait(2_000)
    for (let task = 0; task < 10; task += 1) block(1_200)
    expect(ran()).toBe(0)
    idle(900)
    expect(ran()).toBe(0)
    idle(200)
    expect(ran()).toBe(1)
  })

  it.each([4_000, 29_000, 3_600_000])('is not over when a page thaws after %i ms', (frozenMs) => {
    const { block, idle, ran } = wait(2_000)
    idle(500)
    block(frozenMs)
    expect(ran()).toBe(0)
    idle(2_000)
    expect(ran()).toBe(1)
  })

  it('is over within minutes where the timers of a hidden page come once a minute', () => {
    const { block, ran } = wait(10_000)
    block(60_000)
    expect(ran()).toBe(0)
    block(60_000)
    expect(ran()).toBe(1)
  })

  it.each([
    [30_000, 19],
    [30_001, 1],
  ])('takes a gap of %i ms for one that needs %i others like it', (gapMs, others) => {
    const { block, ran } = wait(10_000)
    for (let left = others; left > 0; left -= 1) block(gapMs)
    expect(ran()).toBe(0)
    block(gapMs)
    expect(ran()).toBe(1)
  })

  it('counts a gap of a frozen page as half of the bound', () => {
    const { block, idle, ran } = wait(10_000)
    block(60_000)
    idle(4_999)
    expect(ran()).toBe(0)
    idle(1)
    expect(ran()).toBe(1)
  })

  it('is waited out to the last slice, however short', () => {
    const { idle, ran } = wait(40)
    idle(39)
    expect(ran()).toBe(0)
    idle(1)
    expect(ran()).toBe(1)
  })

  it('is one timer where the clock is punctual, and ends when it is told to', () => {
    const { clock, block, timers } = createPage()
    let ran = 0
    const start = (): (() => void) =>
      patiently({ ...clock, isPunctual: true }, 2_000, () => (ran += 1))
    start()
    block(60_000)
    expect(ran).toBe(1)
    start()()
    expect(timers()).toBe(0)
  })

  it('ends when it is told to, in whichever slice', () => {
    const { idle, cancel, ran, timers } = wait(2_000)
    idle(1_234)
    cancel()
    expect(timers()).toBe(0)
    idle(5_000)
    expect(ran()).toBe(0)
  })
})
