import { createMemoryLocks } from '../../src/adapters/memory-locks.ts'
import { testLockManager } from '../contracts/lock-manager.contract.ts'

testLockManager('createMemoryLocks', createMemoryLocks)
