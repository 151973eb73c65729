import { fileURLToPath } from 'node:url'
import { build, type Plugin, type Rolldown } from 'vite'

const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url))

/** The courier's file, as the package is built. */
export async function buildCourierFile(): Promise<{
  readonly name: string
  readonly code: string
}> {
  const { output } = (await build({
    configFile,
    logLevel: 'error',
    build: { write: false },
  })) as Rolldown.RolldownOutput
  return { name: output[0].fileName, code: output[0].code }
}

/**
 * The courier's file, which the package has and its sources have not: beside the scripts, where a
 * SharedWorker is made from it, and at the root, where it is registered as a service worker.
 */
export const courierFilePlugin: Plugin = {
  name: 'courier-file',
  async generateBundle() {
    const { name, code } = await buildCourierFile()
    for (const fileName of [name, `assets/${name}`]) {
      this.emitFile({ type: 'asset', fileName, source: code })
    }
  },
}
