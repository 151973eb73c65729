import { afterEach, describe, expect, it, vi } from 'vitest'
import { listenInServiceWorker, listenInSharedWorker } from '../../src/courier/listen.ts'
import { letterMessage } from './letter-message.ts'

type Listener = (event: unknown) => void

/** What is heard in a place that has these globals. */
function openPlace(globals: Readonly<Record<string, unknown>>): Map<string, Listener> {
  const heard = new Map<string, Listener>()
  const addEventListener = (type: string, listener: Listener): void =>
    void heard.set(type, listener)
  for (const [name, value] of Object.entries({ ...globals, addEventListener })) {
    vi.stubGlobal(name, value)
  }
  return heard
}

afterEach(() => vi.unstubAllGlobals())

describe('a file that is loaded as a worker', () => {
  it('takes the letters of every page that connects to it, in a shared worker', () => {
    const heard = openPlace({ onconnect: null })
    listenInSharedWorker()
    const words: unknown[] = []
    const ofPage = new Map<string, Listener>()
    const start = vi.fn()
    const addEventListener = (type: string, listener: Listener): void =>
      void ofPage.set(type, listener)
    heard.get('connect')?.({ ports: [{ addEventListener, start }] })
    expect(start).toHaveBeenCalledOnce()
    const answerPort = { postMessage: (word: unknown) => words.push(word) }
    ofPage.get('message')?.({ data: { ...letterMessage(), v: 2 }, ports: [answerPort] })
    expect(words).toEqual(['not-sent'])
  })

  it('listens to nobody in a window, which hears messages of other origins', () => {
    const heard = openPlace({})
    listenInSharedWorker()
    listenInServiceWorker()
    expect([...heard.keys()]).toEqual([])
  })
})
