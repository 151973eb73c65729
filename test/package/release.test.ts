import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readText, root } from './source-files.ts'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
}

interface Job {
  readonly needs?: string
  readonly container?: string
  readonly 'timeout-minutes'?: number
  readonly permissions?: Readonly<Record<string, string>>
  readonly steps: readonly Step[]
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, Job>>
}

const folder = '.github/workflows/'
const names = readdirSync(root + folder)
const workflow = (name: string): Workflow => parse(readText(folder + name)) as Workflow

const commandsOf = ({ steps }: Job): string[] => steps.flatMap(({ run }) => run ?? [])
const actionsOf = ({ steps }: Job): string[] =>
  steps.flatMap(({ uses }) => uses?.split('@')[0] ?? [])

describe('the workflows', () => {
  it('are what these tests are about', () => {
    expect(names.sort()).toEqual(['ci.yml', 'release.yml'])
  })

  it.each(names)('%s uses actions of a certain commit, and says which version that is', (name) => {
    const uses = readText(folder + name)
      .split('\n')
      .filter((line) => /\buses:/.test(line))
    expect(uses.length).toBeGreaterThan(0)
    for (const line of uses) expect(line).toMatch(/uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  it.each(names)('%s may read the sources and nothing more, if nothing else is said', (name) => {
    const { permissions } = workflow(name)
    expect([{}, { contents: 'read' }]).toContainEqual(permissions)
  })

  it('check a change with what everybody runs, and nothing else', () => {
    const { check } = workflow('ci.yml').jobs
    expect(check && commandsOf(check)).toEqual(['.ci/run'])
  })

  it('give .ci/run the same machine and the same hour wherever it runs', () => {
    const jobs = names.flatMap((name) => Object.values(workflow(name).jobs))
    const checking = jobs.filter((job) => commandsOf(job).includes('.ci/run'))
    expect(checking).toHaveLength(2)
    for (const job of checking) {
      expect(job).toMatchObject({ container: 'node:20-bookworm', 'timeout-minutes': 60 })
      const step = job.steps.find(({ run }) => run === '.ci/run')
      expect(step?.env).toEqual({ HOME: '/root' })
    }
  })
})

describe('a release', () => {
  const { jobs } = workflow('release.yml')
  const { build, publish } = jobs
  if (!build || !publish) throw new Error('release.yml has not the two jobs.')

  it('is built and published by two jobs, of which only the second has an identity', () => {
    expect(Object.keys(jobs)).toEqual(['build', 'publish'])
    expect(publish.needs).toBe('build')
    expect(build.permissions).toEqual({ contents: 'read' })
    expect(publish.permissions).toEqual({ 'id-token': 'write' })
  })

  it('is published without the sources, and without a line of any dependency', () => {
    expect(actionsOf(publish)).toEqual(['actions/setup-node', 'actions/download-artifact'])
    // A cache may hold what another workflow has put into it.
    expect(publish.steps[0]?.with).toMatchObject({ 'package-manager-cache': false })
    expect(commandsOf(publish)).toEqual([
      'npm publish ./release/*.tgz --provenance --access public --ignore-scripts',
    ])
  })

  it('is the file that was made and tested before, with a list of what is in it', () => {
    expect(commandsOf(build)).toEqual([
      'node .ci/check-release.js "$GITHUB_REF_NAME"',
      '.ci/run',
      'mkdir release && npm pack --ignore-scripts --pack-destination release',
      'npm test -- --project package test/package/packed.test.ts',
      'npm run --silent sbom > release/sbom.cdx.json',
    ])
    const tested = build.steps.find(({ run }) => run?.includes('packed.test.ts'))
    expect(tested?.env).toEqual({ PACKAGE_FOLDER: 'release' })
    const upload = build.steps.at(-1)
    expect(upload?.uses).toMatch(/^actions\/upload-artifact@/)
    expect(upload?.with).toMatchObject({ name: 'release', 'if-no-files-found': 'error' })
    expect(publish.steps[1]?.with).toEqual({ name: 'release', path: 'release' })
  })
})

describe('the bill of materials', () => {
  it('lists the dependencies that an app installs, and no others', () => {
    const said = execFileSync('npm', ['run', '--silent', 'sbom'], {
      cwd: root,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    })
    const { bomFormat, components } = JSON.parse(said) as {
      bomFormat: string
      components: readonly { name: string; hashes: readonly object[] }[]
    }
    const { dependencies } = JSON.parse(readText('package.json')) as { dependencies: object }
    expect(bomFormat).toBe('CycloneDX')
    expect(components.map(({ name }) => name).sort()).toEqual(Object.keys(dependencies).sort())
    for (const { hashes } of components) expect(hashes).toHaveLength(1)
  })
})

describe('the updates of dependencies', () => {
  it('come for the packages and for the actions, and not on the day they are published', () => {
    const { updates } = parse(readText('.github/dependabot.yml')) as { updates: readonly object[] }
    const waiting = { directory: '/', cooldown: { 'default-days': 7 } }
    expect(updates).toEqual([
      expect.objectContaining({ 'package-ecosystem': 'npm', ...waiting }),
      expect.objectContaining({ 'package-ecosystem': 'github-actions', ...waiting }),
    ])
  })
})

describe('the check before a release', () => {
  let place: string
  beforeAll(() => {
    place = mkdtempSync(join(tmpdir(), 'release-'))
  })
  afterAll(() => rmSync(place, { recursive: true }))

  /** What it says of a package of version 1.2.0. */
  function check(tag: string, repository: object | undefined, changelog: string): string[] {
    writeFileSync(join(place, 'package.json'), JSON.stringify({ version: '1.2.0', repository }))
    writeFileSync(join(place, 'CHANGELOG.md'), changelog)
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(root, '.ci/check-release.js'), tag],
      {
        cwd: place,
        encoding: 'utf8',
      },
    )
    const said = stderr.split('\n').filter((line) => line !== '')
    expect(status).toBe(said.length > 0 ? 1 : 0)
    return said
  }

  const here = { type: 'git', url: 'git+https://git.example/tokenring.git' }
  const released = '# Changelog\n\n## 1.2.0 (2030-01-31)\n\n## 1.1.0\n'

  it('passes a tag that is the version, with a repository and an entry in the changelog', () => {
    expect(check('v1.2.0', here, released)).toEqual([])
    expect(check('v1.2.0', here, '## 1.2.0\n')).toEqual([])
  })

  it('stops with a sentence while the package does not say where its source is', () => {
    expect(check('v1.2.0', undefined, released)).toEqual([
      expect.stringContaining('package.json has no "repository": its owner has to say'),
    ])
    expect(check('v1.2.0', { url: '' }, released)).toHaveLength(1)
  })

  it('stops at another version, and at a changelog that lacks it or calls it unreleased', () => {
    expect(check('v1.3.0', here, released)).toEqual([
      'The tag is v1.3.0, but the version in package.json is 1.2.0.',
    ])
    for (const changelog of ['', '## 1.2.0 (unreleased)\n', '## 1.2.01\n', '## 1x2.0\n']) {
      expect(check('v1.2.0', here, changelog)).toEqual([expect.stringMatching(/CHANGELOG/)])
    }
  })
})
