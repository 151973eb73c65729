import { expect, it } from 'vitest'
import { createDeadline } from '../../src/token-proxy/deadline.ts'
import { unhandledDuring } from '../support/uncaught.ts'

const requestWith = (signal: AbortSignal): Request => new Request('https://app.example', { signal })

it('the end of waiting is nobody’s unhandled rejection, although nobody waits yet', async () => {
  const controller = new AbortController()
  const unhandled = await unhandledDuring(async () => {
    createDeadline(requestWith(AbortSignal.abort()), 60_000).release()
    createDeadline(requestWith(controller.signal), 60_000)
    controller.abort()
  })
  expect(unhandled).toEqual([])
})

it('a caller that has left ends the waiting, and no time is up', async () => {
  const controller = new AbortController()
  const deadline = createDeadline(requestWith(controller.signal), 60_000)
  const waiting = expect(deadline.within(new Promise(() => {}))).rejects.toThrow('Nobody waits')
  controller.abort()
  await waiting
  expect([deadline.signal.aborted, deadline.isOver()]).toEqual([true, false])
  deadline.release()
})

it('time that is up ends the waiting, and what is over before is not touched', async () => {
  const deadline = createDeadline(requestWith(new AbortController().signal), 10)
  await expect(deadline.within(Promise.resolve('done'))).resolves.toBe('done')
  await expect(deadline.within(new Promise(() => {}))).rejects.toThrow('Nobody waits')
  expect([deadline.signal.aborted, deadline.isOver()]).toEqual([true, true])
})

it('once released, neither a caller that leaves nor time that passes ends anything', async () => {
  const controller = new AbortController()
  const deadline = createDeadline(requestWith(controller.signal), 10)
  deadline.release()
  controller.abort()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([deadline.signal.aborted, deadline.isOver()]).toEqual([false, false])
})
