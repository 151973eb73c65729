import { createMemoryTabStorage } from '../../src/adapters/memory-tab-storage.ts'
import { testTabStorage } from '../contracts/tab-storage.contract.ts'

testTabStorage('createMemoryTabStorage', createMemoryTabStorage)
