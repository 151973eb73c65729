import { createMemoryChannel } from '../../src/adapters/memory-channel.ts'
import { testChannel } from '../contracts/channel.contract.ts'

testChannel('createMemoryChannel', createMemoryChannel)
