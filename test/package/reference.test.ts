import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from './source-files.ts'

it('the API reference can be made, without a link that leads nowhere', () => {
  const home = `${root}test/api-reference`
  const out = mkdtempSync(join(tmpdir(), 'reference-'))
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    [`${home}/node_modules/typedoc/bin/typedoc`, '--options', `${home}/typedoc.json`, '--out', out],
    { encoding: 'utf8' },
  )
  rmSync(out, { recursive: true })
  expect(status, stdout + stderr).toBe(0)
})
