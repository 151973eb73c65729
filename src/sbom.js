// Prints what an app gets with the package, as a bill of materials (CycloneDX).
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const readJson = (name) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'))
const withoutDevelopment = ({ devDependencies: _, workspaces: __, ...rest }) => rest

// npm leaves out a dependency that something needed for development depends on as well, so it is shown
// a package that has nothing for development.
const lock = readJson('package-lock.json')
const installed = Object.entries(lock.packages).filter(
  ([path, { dev, link, peer, optional }]) =>
    path.startsWith('node_modules/') && !dev && !link && !peer && !optional,
)
const packages = {
  '': withoutDevelopment(lock.packages['']),
  ...Object.fromEntries(installed),
}
const temporary = mkdtempSync(join(tmpdir(), 'sbom-'))
// npm names the whole after its folder.
const folder = join(temporary, lock.name)
mkdirSync(folder)
try {
  const write = (name, content) => writeFileSync(join(folder, name), JSON.stringify(content))
  write('package.json', withoutDevelopment(readJson('package.json')))
  write('package-lock.json', { ...lock, packages })
  const format = ['--sbom-format', 'cyclonedx', '--sbom-type', 'library']
  execFileSync('npm', ['sbom', ...format, '--omit', 'peer', '--package-lock-only'], {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
} finally {
  rmSync(temporary, { recursive: true })
}
