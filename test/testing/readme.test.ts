import { expect, it } from 'vitest'
import { readText } from '../package/source-files.ts'

it.each(['orders', 'with-msw', 'with-testing-library', 'with-pinia'])(
  'the guide shows the tests that are run here: %s',
  (name) => {
    const example = readText(`test/testing/${name}.test.ts`)
    expect(readText('src/testing/README.md')).toContain(`\`\`\`ts\n${example}\`\`\`\n`)
  },
)
