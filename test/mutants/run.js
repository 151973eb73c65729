import { load } from '../machine.js'

const { mutants } = await load('./mutants/mutants.ts')
await mutants(process.argv.slice(2))
