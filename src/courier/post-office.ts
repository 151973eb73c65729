import type { Courier, CourierWord, PageEvents, PostedLetter } from '../core/ports.ts'
import { isLetterAnswer } from '../core/record/letter.ts'
import type { LetterMessage } from './letter-message.ts'

/** The kind of worker that takes the letters. */
export interface Route {
  /** Whether there is a worker, as far as is known. */
  isOpen(): boolean
  /**
   * Hands a message over in this very turn. What is said of it comes through the port that is
   * transferred with it.
   */
  send(message: LetterMessage, port: MessagePort): void
}

export interface PostOffice extends Pick<Courier, 'post'> {
  /** Whether there is a worker, as far as is known. */
  isOpen(): boolean
}

/**
 * The page's side: a port of its own for every letter, open while the page is here. A message to a
 * page in the back/forward cache would evict it (Firefox; Chromium too, from a SharedWorker), and one
 * that comes back looks into the record anyway.
 */
export function createPostOffice(options: {
  readonly route: Route
  readonly pageEvents: PageEvents
  readonly toMessage: (letter: PostedLetter) => LetterMessage
}): PostOffice {
  const { route, pageEvents, toMessage } = options
  return {
    isOpen: route.isOpen,
    post(letter, onWord) {
      const { port1, port2 } = new MessageChannel()
      const close = (): void => {
        port1.close()
        stopWatching()
      }
      const stopWatching = pageEvents.subscribe((event) => {
        if (event === 'hide') close()
      })
      port1.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (!isWord(data)) return
        if (data === 'not-sent' || data === 'filed') close()
        onWord(data)
      })
      port1.start()
      route.send(toMessage(letter), port2)
      return close
    },
  }
}

function isWord(word: unknown): word is CourierWord {
  return word === 'opened' || word === 'not-sent' || word === 'filed' || isLetterAnswer(word)
}
