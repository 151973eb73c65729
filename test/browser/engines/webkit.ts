import { listen } from '../../../demo/http.ts'
import { eventually } from '../eventually.ts'
import type { Engine } from './engine.ts'
import { requireProgram } from './find-program.ts'
import { startSupervised } from './supervised-program.ts'
import type { SupervisedProgram } from './supervised-program.ts'
import { isDriverReady, startWebDriverSession } from './web-driver.ts'
import type { WebDriverSession } from './web-driver.ts'
import { openWebKitPage } from './webkit-page.ts'

/** WebKitGTK, on a display that nobody sees. Every page counts as visible. */
export async function launchWebKit(): Promise<Engine> {
  const display = startDisplay()
  const started = [display]
  try {
    const driver = await startDriver(await displayName(display))
    started.unshift(driver.program)
    await eventually('an answer of WebKitWebDriver', () => isDriverReady(driver.origin))
    // A session has a profile of its own, which nothing outlives.
    const newSession = (): Promise<WebDriverSession> =>
      startWebDriverSession(driver.origin, {
        timeouts: { pageLoad: 30_000, script: 30_000 },
        'webkitgtk:browserOptions': {
          binary: requireProgram('MINIBROWSER_PATH'),
          // Its driver clicks with no user's gesture, and without one no window is opened.
          args: ['--automation', '--javascript-can-open-windows-automatically=true'],
        },
      })
    let session = await newSession()
    return {
      name: 'webkit',
      newPage: (url) => openWebKitPage(session, url),
      async newProfile() {
        await session.end()
        session = await newSession()
      },
      // Without a word to the session, which may be waiting for a page.
      close: () => stopAll(started),
    }
  } catch (error) {
    await stopAll(started)
    throw error
  }
}

/** A display of any number that is free, larger than any page is going to be. */
function startDisplay(): SupervisedProgram {
  return startSupervised(requireProgram('XVFB_PATH'), [
    '-displayfd',
    '3',
    '-screen',
    '0',
    '2560x1600x24',
    '-nolisten',
    'tcp',
    '-noreset',
  ])
}

async function displayName({ reports }: SupervisedProgram): Promise<string> {
  let report = ''
  for await (const part of reports.setEncoding('utf8')) {
    report += String(part)
    if (report.includes('\n')) return `:${report.trim()}`
  }
  throw new Error('Xvfb ended before it had a display.')
}

async function startDriver(
  display: string,
): Promise<{ readonly program: SupervisedProgram; readonly origin: string }> {
  // It takes no 0 for any free port.
  const place = await listen(0)
  await place.close()
  const program = startSupervised(
    requireProgram('WEBKIT_DRIVER_PATH'),
    ['-p', new URL(place.origin).port],
    {
      DISPLAY: display,
      GDK_BACKEND: 'x11',
      NO_AT_BRIDGE: '1',
      GSETTINGS_BACKEND: 'memory',
      LIBGL_ALWAYS_SOFTWARE: '1',
    },
  )
  return { program, origin: place.origin }
}

async function stopAll(programs: readonly SupervisedProgram[]): Promise<void> {
  for (const program of programs) await program.stop()
}
