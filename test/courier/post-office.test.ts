import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CourierWord, PostedLetter } from '../../src/core/ports.ts'
import type { LetterMessage } from '../../src/courier/letter-message.ts'
import { createPostOffice } from '../../src/courier/post-office.ts'
import { createMemoryPageEvents } from '../../src/testing/memory-page-events.ts'
import { letterMessage } from './letter-message.ts'

const letter: PostedLetter = letterMessage()

describe('the page’s side of a courier', () => {
  let sent: { message: LetterMessage; port: MessagePort }[]
  let words: CourierWord[]
  let pageEvents: ReturnType<typeof createMemoryPageEvents>

  beforeEach(() => {
    sent = []
    words = []
    pageEvents = createMemoryPageEvents()
    createPostOffice({
      route: {
        isOpen: () => true,
        send: (message, port) => void sent.push({ message, port }),
      },
      pageEvents,
      toMessage: () => letterMessage(),
    }).post(letter, (word) => words.push(word))
  })
  afterEach(() => sent.forEach(({ port }) => port.close()))

  const say = (word: unknown): void => sent[0]?.port.postMessage(word)
  const closed = (): Promise<unknown> =>
    new Promise((resolve) => sent[0]?.port.addEventListener('close', resolve))

  it('hands a letter over in the turn in which it is posted', () => {
    expect(sent.map(({ message }) => message)).toEqual([letterMessage()])
  })

  it('passes on what is said of it, and hears no more after the last word', async () => {
    const isClosed = closed()
    say('opened')
    say('filed')
    await vi.waitFor(() => expect(words).toEqual(['opened', 'filed']))
    await isClosed
  })

  it('passes on an answer that storage has refused', async () => {
    const answer = { status: 200, headers: {}, body: '{}', receivedAt: 5 }
    say(answer)
    await vi.waitFor(() => expect(words).toEqual([answer]))
  })

  it.each(['network', 'timeout'])('passes on that there was no answer: %s', async (failure) => {
    const answer = { failure, receivedAt: 5 }
    say(answer)
    await vi.waitFor(() => expect(words).toEqual([answer]))
  })

  it('takes nothing else for a word', async () => {
    for (const odd of [
      undefined,
      null,
      'lost',
      7,
      {},
      { status: 200 },
      { failure: 'x', receivedAt: 1 },
    ]) {
      say(odd)
    }
    say('not-sent')
    await vi.waitFor(() => expect(words).toEqual(['not-sent']))
  })

  it('hears nothing once the page is away, because that would evict it', async () => {
    const isClosed = closed()
    pageEvents.emit('hide')
    say('filed')
    await isClosed
    expect(words).toEqual([])
  })
})
