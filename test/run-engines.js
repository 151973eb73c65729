import { installOnDebian, isRootOnDebian, load, run, say } from './machine.js'

const { enginesInUse } = await load('./browser/engines/engines-in-use.ts')
const { missingPrograms } = await load('./browser/engines/find-program.ts')

const packages = {
  chromium: ['chromium'],
  firefox: ['firefox-esr'],
  webkit: ['webkit2gtk-driver', 'xvfb'],
}

const names = enginesInUse()
const lacking = () => names.filter((name) => missingPrograms(name).length > 0)

const toInstall = lacking()
if (toInstall.length > 0 && isRootOnDebian()) {
  say(`Not all that these tests need is here: installing Debian's ${toInstall.join(', ')}.`)
  installOnDebian(toInstall.flatMap((name) => packages[name]))
}

const stillLacking = lacking()
if (stillLacking.length > 0) {
  const needs = stillLacking.map((name) => `  ${name} needs ${missingPrograms(name).join(', ')}`)
  say(`No test was run, because an engine is missing.
${needs.join('\n')}
Install it, or say with ENGINES in which to test: ENGINES=chromium,firefox npm run test:engines`)
  process.exitCode = 1
} else {
  const projects = [
    'engines',
    ...names.filter((name) => name !== 'chromium').map((name) => `adapters-in-${name}`),
  ].map((name) => `--project=${name}`)
  const tests = run('npx', ['vitest', 'run', ...projects, ...process.argv.slice(2)], {
    ENGINES: names.join(','),
  })
  process.exitCode = tests ? 0 : 1
}
