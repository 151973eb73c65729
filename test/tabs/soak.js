import { load } from '../machine.js'

const [minutes = '10', first] = process.argv.slice(2)
const { soak } = await load('./tabs/soak.ts')
process.exitCode = (await soak(Number(minutes), first === undefined ? undefined : Number(first)))
  ? 0
  : 1
