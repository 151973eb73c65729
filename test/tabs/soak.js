import { load } from '../machine.js'

const { soak } = await load('./tabs/soak.ts')
process.exitCode = (await soak(Number(process.argv[2] ?? 10))) ? 0 : 1
