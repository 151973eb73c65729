import { createMemoryLocks } from '../../src/testing/memory-locks.ts'
import { testLockManager } from '../contracts/lock-manager.contract.ts'

testLockManager('createMemoryLocks', createMemoryLocks)
