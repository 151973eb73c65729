import { expect, it } from 'vitest'
import { readText, section } from '../package/source-files.ts'

it.each(['orders', 'with-msw', 'with-testing-library', 'with-pinia'])(
  'the guide shows the tests that are run here: %s',
  (name) => {
    const example = readText(`test/testing/${name}.test.ts`)
    expect(readText('src/testing/README.md')).toContain(`\`\`\`ts\n${example}\`\`\`\n`)
  },
)

it('the guide shows a test of the small apps that begins with a user', () => {
  const shown = section(readText('src/testing/README.md'), '// orders.spec.ts\n', '```')
  expect(shown).toContain("import { test } from './signed-in.ts'\n")
  const run = readText('demo/apps/playwright/tests/orders.spec.ts')
  expect(run.startsWith(shown)).toBe(true)
})
