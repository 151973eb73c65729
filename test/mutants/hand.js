import { load } from '../machine.js'

// A process of its own, because a mutant may run in a circle for ever.
const { createTestBench } = await load('./mutants/test-bench.ts')
const bench = await createTestBench(() => process.send({ alive: true }))
process.on('message', ({ mutant, paths }) => {
  const answer = mutant ? bench.judge(mutant, paths) : bench.look()
  answer.then(
    (result) => process.send({ result }),
    (error) => process.send({ error: String(error) }),
  )
})
// With whatever it has started: the whole group.
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'))
process.send({ result: 'ready' })
