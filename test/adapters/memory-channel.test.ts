import { createMemoryChannel } from '../../src/testing/memory-channel.ts'
import { testChannel } from '../contracts/channel.contract.ts'

testChannel('createMemoryChannel', createMemoryChannel)
