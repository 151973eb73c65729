import type { Plugin } from 'vite'
import { bundleCourierFile, courierFileName } from '../build/courier-file.ts'

/**
 * The courier's file, which the package has and its sources have not: beside the scripts, where a
 * SharedWorker is made from it, and at the root, where it is registered as a service worker.
 */
export const courierFile: Plugin = {
  name: 'courier-file',
  async generateBundle() {
    const source = await bundleCourierFile()
    for (const fileName of [courierFileName, `assets/${courierFileName}`]) {
      this.emitFile({ type: 'asset', fileName, source })
    }
  },
}
