import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

/**
 * The path of a Chromium, Chrome or Edge that starts, or `undefined`. `CHROMIUM_PATH` is believed;
 * without it comes what the system has, then what Playwright has downloaded.
 */
export function findChromium(): string | undefined {
  const { CHROMIUM_PATH } = process.env
  return CHROMIUM_PATH || candidates().find((path) => existsSync(path) && starts(path))
}

function candidates(): string[] {
  const { LOCALAPPDATA, PROGRAMFILES } = process.env
  const windows = [PROGRAMFILES, process.env['PROGRAMFILES(X86)'], LOCALAPPDATA].flatMap(
    (folder) =>
      folder === undefined
        ? []
        : [
            join(folder, 'Google/Chrome/Application/chrome.exe'),
            join(folder, 'Chromium/Application/chrome.exe'),
            join(folder, 'Microsoft/Edge/Application/msedge.exe'),
          ],
  )
  return [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/microsoft-edge',
    '/snap/bin/chromium',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    ...windows,
    chromium.executablePath(),
  ]
}

/** A downloaded browser is of no use on a system that lacks the libraries it needs. */
function starts(path: string): boolean {
  // There it would open a window instead of saying its version.
  if (process.platform === 'win32') return true
  return spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0
}
