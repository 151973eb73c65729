import { bytes } from './bytes.ts'
import { gone } from './gone.ts'
import { heap } from './heap.ts'
import { hotPath } from './hot-path.ts'
import { idle } from './idle.ts'
import { outage } from './outage.ts'
import { reload } from './reload.ts'
import { renewal } from './renewal.ts'
import type { Row } from './row.ts'
import { start } from './start.ts'
import { storm } from './storm.ts'

/** In the order in which they are run and shown. */
export const rows: readonly Row[] = [
  storm,
  reload,
  start,
  hotPath,
  renewal,
  heap,
  idle,
  bytes,
  outage,
  gone,
]
