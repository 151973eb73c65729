import { listenInSharedWorker } from './shared-worker.ts'
import './service-worker.ts'

/** The file that is served: one for both kinds of worker, with everything in it. */
if ('onconnect' in globalThis) listenInSharedWorker()
