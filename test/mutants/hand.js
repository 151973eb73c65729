import { load } from '../machine.js'

// A process of its own, because a mutant may run in a circle for ever.
const { createTestBench } = await load('./mutants/test-bench.ts')
const bench = await createTestBench()
process.on('message', ({ mutant, paths }) => {
  const answer = mutant ? bench.judge(mutant, paths) : bench.look()
  answer.then(
    (result) => process.send({ result }),
    (error) => process.send({ error: String(error) }),
  )
})
process.on('disconnect', () => process.exit())
process.send({ result: 'ready' })
