import { createWorkerParts, receive } from './worker.ts'

/** Takes the letters of every page that connects, which is one of this origin. */
export function listenInSharedWorker(): void {
  const parts = createWorkerParts()
  addEventListener('connect', (event) => {
    const [port] = (event as MessageEvent).ports
    port?.addEventListener('message', (message) => void receive(message, parts))
    port?.start()
  })
}
