import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { root } from './source-files.ts'

it('the API reference can be made, without a link that leads nowhere', { timeout: 60_000 }, () => {
  const home = `${root}test/api-reference`
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    [
      `${home}/node_modules/typedoc/bin/typedoc`,
      '--options',
      `${home}/typedoc.json`,
      '--emit',
      'none',
    ],
    { encoding: 'utf8' },
  )
  expect(status, stdout + stderr).toBe(0)
})
