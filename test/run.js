import { installOnDebian, isRootOnDebian, load, run, say } from './machine.js'

const { findChromium } = await load('./browser/find-chromium.ts')

if (!findChromium()) {
  say('The browser tests need Chromium, Chrome or Edge, and there is none here: downloading one.')
  run('npx', ['playwright', 'install', 'chromium'])
  if (!findChromium() && isRootOnDebian()) {
    say("That gave no browser that starts here: installing Debian's.")
    installOnDebian(['chromium'])
  }
}

const chromium = findChromium()
if (chromium) {
  const args = process.argv.slice(2)
  const isChosen = args.some((arg) => arg.startsWith('--project'))
  // The demo, its small apps, and the other engines have commands of their own.
  const names = [
    'unit',
    'dom',
    'schedules',
    'servers',
    'package',
    'chromium',
    'pages',
    'pages-alone',
  ]
  const projects = isChosen ? [] : names.map((name) => `--project=${name}`)
  const tests = run('npx', ['vitest', 'run', ...projects, ...args], { CHROMIUM_PATH: chromium })
  process.exitCode = tests ? 0 : 1
} else {
  say(
    'No test was run, because the browser tests need Chromium, Chrome or Edge: install one of them, or name its program in CHROMIUM_PATH.',
  )
  process.exitCode = 1
}
