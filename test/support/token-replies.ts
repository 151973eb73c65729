import type { FakeReply } from '../../src/testing/fake-authorization-server.ts'
import { json } from '../oauth/server-double.ts'

/** The request arrives nowhere, or its reply does not. */
export const cut: FakeReply = () => Promise.reject(new TypeError('Failed to fetch'))

/** The server does its part, and its reply is lost on the way. */
export const cutAfterRotation: FakeReply = (request) => {
  request.proceed()
  throw new TypeError('Failed to fetch')
}

/** Nothing ever comes back. */
export const hang: FakeReply = () => new Promise(() => {})

/** The server does its part, and nothing ever comes back. */
export const hangAfterRotation: FakeReply = (request) => {
  request.proceed()
  return hang(request)
}

/** An OAuth error response (RFC 6749 §5.2). */
export function refusal(
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): FakeReply {
  return () => json(status, { error }, headers)
}

/** The server's own reply with other members; one that is `undefined` is left out. */
export function spoilt(changes: Readonly<Record<string, unknown>>): FakeReply {
  return async (request) => {
    const members = (await request.proceed().json()) as Record<string, unknown>
    return json(200, { ...members, ...changes })
  }
}

/** The server does its part at once; its reply, or `answer`, arrives when `arrival` does. */
export function arrivingWith(
  arrival: Promise<unknown>,
  answer: FakeReply = ({ proceed }) => proceed(),
): FakeReply {
  return async (request) => {
    const reply = await answer(request)
    await arrival
    return reply
  }
}
