import { openBroadcastChannel } from '../../src/adapters/broadcast-channel.ts'
import { createIndexedDbTokenStore } from '../../src/adapters/indexeddb-token-store.ts'
import { createMemoryTokenStore } from '../../src/adapters/memory-token-store.ts'
import { createMemoryChannel } from '../../src/testing/memory-channel.ts'
import { testChannelSequences } from '../contracts/channel.model.ts'
import { testIndexedDbFaults } from '../contracts/indexeddb.model.ts'
import { testTokenStoreSequences } from '../contracts/token-store.model.ts'
import { fakeIndexedDb, withIndexedDb } from '../support/indexeddb.ts'

withIndexedDb()

testChannelSequences('openBroadcastChannel', () => openBroadcastChannel)
testChannelSequences('createMemoryChannel', createMemoryChannel)
testTokenStoreSequences('createMemoryTokenStore', () => {
  const store = createMemoryTokenStore()
  return () => store
})
testTokenStoreSequences('createIndexedDbTokenStore', () => {
  const databaseName = crypto.randomUUID()
  return () => createIndexedDbTokenStore({ databaseName })
})
testIndexedDbFaults(fakeIndexedDb)
