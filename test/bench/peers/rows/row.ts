import type { SubjectInfo } from '../subjects.ts'
import type { Trial, TrialOptions } from '../trial.ts'

export type RowId =
  | 'storm'
  | 'reload'
  | 'start'
  | 'hot-path'
  | 'renewal'
  | 'heap'
  | 'idle'
  | 'bytes'
  | 'outage'
  | 'gone'

/** One thing that is measured, of all subjects. */
export interface Row {
  readonly id: RowId
  measure(stage: Stage): Promise<readonly Table[]>
}

export interface Stage {
  readonly subjects: readonly SubjectInfo[]
  readonly rounds: number
  /** A server and a profile of the subject's own. */
  open(subject: SubjectInfo, options?: TrialOptions): Promise<Trial>
}

export interface Table {
  /** For whoever looks for it. */
  readonly id: string
  readonly title: string
  /** One sentence or two, if the columns do not say it. */
  readonly note?: string
  readonly columns: readonly string[]
  /** By the subject's id, as many as there are columns; a subject without cells is left out. */
  readonly cells: Readonly<Record<string, readonly Cell[]>>
  /** A figure that is drawn of it. */
  readonly plot?: {
    readonly file: string
    /** What the longest bar stands for, where one is too long. */
    readonly most?: number
    /** Columns that are not drawn. */
    readonly left?: readonly string[]
  }
}

export type Cell =
  /** Of a time, say: the samples, of which the median is shown with the quarters. */
  | { readonly kind: 'samples'; readonly samples: readonly number[]; readonly digits: number }
  | { readonly kind: 'number'; readonly value: number; readonly digits: number }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'blank'; readonly reason: string }

export const samples = (values: readonly number[], digits = 0): Cell =>
  values.length > 0 ? { kind: 'samples', samples: values, digits } : blank('not measured')
export const number = (value: number, digits = 0): Cell =>
  Number.isFinite(value) ? { kind: 'number', value, digits } : blank('not measured')
export const text = (words: string): Cell => ({ kind: 'text', text: words })
export const blank = (reason: string): Cell => ({ kind: 'blank', reason })

/** The subjects that have figures in this row. */
export function able({ subjects }: Stage, row: RowId): readonly SubjectInfo[] {
  return subjects.filter(({ cannot }) => cannot?.[row] === undefined)
}

/** The cells of a table, with a reason in all of them for those who cannot. */
export function withBlanks(
  { subjects }: Stage,
  row: RowId,
  columns: number,
  cells: Readonly<Record<string, readonly Cell[]>>,
): Readonly<Record<string, readonly Cell[]>> {
  return Object.fromEntries(
    subjects.map(({ id, cannot }) => {
      const reason = cannot?.[row]
      const none = Array.from({ length: columns }, () => blank(reason ?? 'not measured'))
      return [id, cells[id] ?? none]
    }),
  )
}

/** Has each do its part once in each round; another begins in each. One that fails is said, and left out. */
export async function inTurns(
  subjects: readonly SubjectInfo[],
  rounds: number,
  part: (subject: SubjectInfo, round: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const first = round % subjects.length
    const order = [...subjects.slice(first), ...subjects.slice(0, first)]
    for (const subject of order) {
      await part(subject, round).catch((error: unknown) =>
        process.stderr.write(
          `${subject.id}, round ${round + 1}: ${String(error).split('\n')[0]}\n`,
        ),
      )
    }
  }
}
