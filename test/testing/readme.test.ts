import { expect, it } from 'vitest'
import { readText } from '../package/source-files.ts'

it('the guide shows the tests that are run here', () => {
  const example = readText('test/testing/orders.test.ts')
  expect(readText('src/testing/README.md')).toContain(`\`\`\`ts\n${example}\`\`\`\n`)
})
