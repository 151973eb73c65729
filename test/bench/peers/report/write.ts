import type { Table } from '../rows/row.ts'
export interface Results {
  readonly browser: string
  readonly tookMinutes: number
  readonly rounds: number
  readonly tables: readonly Table[]
}
export async function writeResults(_results: Results): Promise<void> {}
