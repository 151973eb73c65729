import { describeServerRendering } from './server-suite.ts'

describeServerRendering()
