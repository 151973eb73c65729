import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packPackage, type PackedPackage } from './packed-package.ts'
import { readText } from './source-files.ts'

const { version } = JSON.parse(readText('package.json')) as { readonly version: string }

describe('the command `tokenring`', () => {
  let packed: PackedPackage
  let folder: string

  beforeAll(() => {
    packed = packPackage()
    folder = mkdtempSync(join(tmpdir(), 'command-'))
  })
  afterAll(async () => {
    await packed?.remove()
    await rm(folder, { recursive: true })
  })

  const run = (...args: readonly string[]) => {
    const command = join(packed.folder, 'dist/courier/command.js')
    return spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' })
  }
  const copy = (): string => join(folder, 'public', 'tokenring-courier.js')

  it('prints what there is', () => {
    expect(run()).toMatchObject({ status: 0, stderr: '' })
    expect(run().stdout).toContain('tokenring courier <folder>')
  })

  it.each([
    [['carrier'], 'There is no command carrier.'],
    [['courier'], 'Which folder?'],
    [['courier', 'a', 'b'], 'One folder, without b.'],
    [['courier', ''], '"" is no folder.'],
  ])('does not guess at %j', (args, why) => {
    const { status, stdout, stderr } = run(...args)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr.split('\n')[0]).toBe(why)
  })

  it('says its version', () => {
    expect(run('--version').stdout).toBe(`${version}\n`)
  })

  it('copies the file, which says its version in the first line', () => {
    const { status, stdout } = run('courier', join(folder, 'public'))
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `${copy()} is of tokenring ${version} now (the folder ${join(folder, 'public')} is new: is it the one that is served?).\n`,
    })
    expect(readFileSync(copy(), 'utf8').split('\n')[0]).toBe(`/* tokenring courier ${version} */`)
  })

  it('says when the copy that was there is older than the package', () => {
    writeFileSync(copy(), '/* tokenring courier 0.0.9 */\n')
    expect(run('courier', join(folder, 'public')).stdout).toContain('was older: 0.0.9')
  })

  it('says what is in the way', () => {
    const { status, stderr } = run('courier', copy())
    expect(status).toBe(1)
    expect(stderr).toBe(`${copy()} is no folder.\n`)
  })
})
