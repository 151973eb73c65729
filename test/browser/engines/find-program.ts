import { existsSync } from 'node:fs'
import { findChromium } from '../find-chromium.ts'
import type { EngineName } from './engine.ts'

/** What has to be installed, by the variable that can name its path. */
export type Program =
  'CHROMIUM_PATH' | 'FIREFOX_PATH' | 'WEBKIT_DRIVER_PATH' | 'MINIBROWSER_PATH' | 'XVFB_PATH'

const programsOf: Readonly<Record<EngineName, readonly Program[]>> = {
  chromium: ['CHROMIUM_PATH'],
  firefox: ['FIREFOX_PATH'],
  // It has no mode without a display.
  webkit: ['WEBKIT_DRIVER_PATH', 'MINIBROWSER_PATH', 'XVFB_PATH'],
}

const labels: Readonly<Record<Program, string>> = {
  CHROMIUM_PATH: 'Chromium, Chrome or Edge',
  FIREFOX_PATH: 'Firefox',
  WEBKIT_DRIVER_PATH: 'WebKitWebDriver of WebKitGTK',
  MINIBROWSER_PATH: 'MiniBrowser of WebKitGTK',
  XVFB_PATH: 'Xvfb',
}

const firefoxes = [
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
]

const libraryFolders = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/libexec',
  '/usr/lib',
]

const miniBrowsers = libraryFolders.flatMap((folder) =>
  ['webkit2gtk-4.1', 'webkit2gtk-4.0', 'webkitgtk-6.0'].map(
    (version) => `${folder}/${version}/MiniBrowser`,
  ),
)

/** The path of a program. What its variable says is believed. */
export function findProgram(program: Program): string | undefined {
  return process.env[program] || candidate(program)
}

function candidate(program: Program): string | undefined {
  switch (program) {
    case 'CHROMIUM_PATH':
      return findChromium()
    case 'FIREFOX_PATH':
      return firefoxes.find(existsSync)
    case 'WEBKIT_DRIVER_PATH':
      return ['/usr/bin/WebKitWebDriver'].find(existsSync)
    case 'MINIBROWSER_PATH':
      return miniBrowsers.find(existsSync)
    case 'XVFB_PATH':
      return ['/usr/bin/Xvfb'].find(existsSync)
  }
}

export function requireProgram(program: Program): string {
  const path = findProgram(program)
  if (path !== undefined) return path
  throw new Error(`There is no ${describe(program)} here.`)
}

/** What an engine needs and cannot be found, in words; nothing if the engine can be started. */
export function missingPrograms(name: EngineName): readonly string[] {
  return programsOf[name].filter((program) => findProgram(program) === undefined).map(describe)
}

function describe(program: Program): string {
  return `${labels[program]} (or name its path in ${program})`
}
