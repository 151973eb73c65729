import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { root } from './source-files.ts'

/** The package as it would be published, and a fresh project that has installed it. */
export interface PackedPackage {
  readonly tarball: string
  /** Where it is installed. */
  readonly folder: string
  readonly project: string
  /** Writes a file of the project, and returns its path. */
  write(name: string, text: string): string
  /** Runs Node in the project, and returns what it printed. */
  runNode(args: readonly string[]): string
  remove(): Promise<void>
}

/** What an app installs beside the package, if it uses that part of it. */
const neighbours = [
  'react',
  'react-dom',
  'vue',
  '@angular/common',
  '@angular/compiler',
  '@angular/core',
  'rxjs',
  'tslib',
  '@types/react',
  'csstype',
]

/**
 * Builds and packs the package from the sources, and installs the tarball elsewhere. With
 * `PACKAGE_FOLDER` it takes the tarball in there instead: the very file that will be published.
 */
export function packPackage(): PackedPackage {
  const place = mkdtempSync(join(tmpdir(), 'packed-'))
  const project = join(place, 'project')
  const modules = join(project, 'node_modules')
  mkdirSync(modules, { recursive: true })
  const { PACKAGE_FOLDER } = process.env
  const tarball = PACKAGE_FOLDER ? tarballIn(PACKAGE_FOLDER) : pack(join(place, 'source'))
  const folder = join(modules, 'tokenring')
  mkdirSync(folder)
  execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1'])
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>
  }
  for (const name of [...Object.keys(dependencies), ...neighbours]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }))
  return {
    tarball,
    folder,
    project,
    write(name, text) {
      const path = join(project, name)
      writeFileSync(path, text)
      return path
    },
    runNode: (args) => execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8' }),
    remove: () => rm(place, { recursive: true }),
  }
}

function tarballIn(folder: string): string {
  const [name, ...others] = readdirSync(resolve(root, folder)).filter((file) =>
    file.endsWith('.tgz'),
  )
  if (name === undefined || others.length > 0) throw new Error(`${folder} has not one tarball.`)
  return resolve(root, folder, name)
}

function pack(source: string): string {
  mkdirSync(source)
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const built = join(source, 'dist')
  execFileSync(process.execPath, [tsc, '-p', join(root, 'src'), '--outDir', built])
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const into = ['--outDir', join(built, 'courier'), '--logLevel', 'error']
  execFileSync(process.execPath, [vite, 'build', root, ...into])
  cpSync(join(root, 'src/courier/command.js'), join(built, 'courier/command.js'))
  execFileSync(process.execPath, [join(root, 'src/bundle.js'), built])
  const texts = ['README.md', 'LICENSE', 'SECURITY.md', 'CHANGELOG.md']
  const results = ['test/bench/RESULTS.md', 'test/bench/plots', 'test/bench/peers/README.md']
  for (const name of ['package.json', ...texts, ...results]) {
    cpSync(join(root, name), join(source, name), { recursive: true })
  }
  cpSync(join(root, 'src'), join(source, 'src'), { recursive: true })
  const said = execFileSync('npm', ['pack', '--json'], {
    cwd: source,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own would be in the home of whoever runs the tests, where it may not write.
    env: { ...process.env, npm_config_cache: join(source, 'cache') },
  })
  const [{ filename }] = JSON.parse(said) as [{ filename: string }]
  return join(source, filename)
}
