import { listenInServiceWorker, listenInSharedWorker } from './listen.ts'

/** The file that is served: one for both kinds of worker, with everything in it. */
listenInSharedWorker()
listenInServiceWorker()
