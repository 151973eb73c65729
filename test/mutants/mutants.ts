import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { equivalents } from './equivalents.ts'
import { createHand, type Hand } from './hand.ts'
import { mutantsOf, type Mutant } from './mutants-of.ts'
import { stretchOf } from './reach.ts'
import { sample } from './sample.ts'
import { root, sourceFiles, type Outcome, type TestFile } from './test-bench.ts'

type Verdict = { readonly kind: Outcome['kind'] | 'not reached' | 'equivalent' }
type Judged = { readonly mutant: Mutant; readonly verdict: Verdict }

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const codeOf = (file: string): string => readFileSync(`${root}src/${file}`, 'utf8')
const inOneLine = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 90 ? `${line.slice(0, 87)}…` : line
}

/** Makes a sample of mutants, runs the quick tests on each, and says which of them nobody notices. */
export async function mutants(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: '100' },
      folder: { type: 'string', default: '' },
      workers: { type: 'string', default: '2' },
    },
  })
  const all = sourceFiles()
    .filter((file) => (values.folder ? file.startsWith(values.folder) : !isForTests(file)))
    .flatMap((file) => mutantsOf(file, codeOf(file)))
  const chosen = sample(all, Number(values.count), Number(values.seed))
  say(`${chosen.length} of ${all.length} mutants, seed ${values.seed}`)

  const hands = Array.from({ length: Number(values.workers) }, createHand)
  const [first] = hands
  if (!first) throw new TypeError('There has to be a worker.')
  const tests = await first.look()
  for (const { path } of tests.filter(({ passes }) => !passes)) {
    say(`left out, because it fails as it is: ${path.slice(root.length)}`)
  }

  const startedAt = performance.now()
  const judged: Judged[] = []
  const waiting = [...chosen]
  const work = async (hand: Hand): Promise<void> => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const verdict = await judge(mutant, hand, tests)
      judged.push({ mutant, verdict })
      if (isMissed(verdict)) say(described(mutant, verdict))
      if (judged.length % 25 === 0) say(`${judged.length} of ${chosen.length}`)
    }
    hand.leave()
  }
  await Promise.all(hands.map(work))
  const minutes = (performance.now() - startedAt) / 60_000
  say(`\n${table(judged)}\n\n${(chosen.length / minutes).toFixed(0)} mutants a minute`)
}

/** What the virtual tabs are made of is tried by the schedules, which are not among the quick tests. */
const isForTests = (file: string): boolean => file.startsWith('testing/')

const isMissed = ({ kind }: Verdict): boolean => kind === 'survived' || kind === 'not reached'

function described({ file, line, original, text }: Mutant, { kind }: Verdict): string {
  return `${kind}: src/${file}:${line}\n    ${inOneLine(original)}\n  → ${inOneLine(text)}`
}

function isEquivalent({ file, line, original, text }: Mutant): boolean {
  const source = codeOf(file).split('\n')[line - 1]?.trim()
  return equivalents.some(
    (known) =>
      known.file === file &&
      known.line === source &&
      known.original === inOneLine(original) &&
      known.text === inOneLine(text),
  )
}

async function judge(mutant: Mutant, hand: Hand, tests: readonly TestFile[]): Promise<Verdict> {
  if (isEquivalent(mutant)) return { kind: 'equivalent' }
  const chosen = testsFor(mutant, tests)
  if (chosen.length === 0) return { kind: 'not reached' }
  return hand.judge(
    mutant,
    chosen.map(({ path }) => path),
  )
}

/** Those that reach the place; first the folder's own, then the quick ones. */
function testsFor(mutant: Mutant, tests: readonly TestFile[]): TestFile[] {
  const stretch = stretchOf(mutant, codeOf(mutant.file))
  const isReached = (name: string): boolean =>
    stretch === undefined ? name.startsWith(`${mutant.file}:`) : name === stretch
  const reaching = tests.filter(({ passes, reached }) => passes && reached.some(isReached))
  const own = `${root}test/${mutant.file.slice(0, mutant.file.lastIndexOf('/') + 1)}`
  const rank = ({ path, tookMs }: TestFile): number => (path.startsWith(own) ? 0 : 1e6) + tookMs
  return reaching.sort((a, b) => rank(a) - rank(b))
}

function table(judged: readonly Judged[]): string {
  const folderOf = ({ mutant: { file } }: Judged): string =>
    file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.'
  const folders = [...new Set(judged.map(folderOf))].sort()
  const row = (name: string, those: readonly Judged[]): string => {
    const count = (kind: Verdict['kind']): number =>
      those.filter(({ verdict }) => verdict.kind === kind).length
    const noticed = count('killed') + count('timed out')
    const missed = count('survived') + count('not reached')
    const score =
      noticed + missed === 0 ? '–' : `${((100 * noticed) / (noticed + missed)).toFixed(1)} %`
    return `| ${name} | ${count('killed')} | ${count('timed out')} | ${missed} | ${count('equivalent')} | ${score} |`
  }
  return [
    '| folder | killed | timed out | survived | equivalent | noticed |',
    '| --- | --- | --- | --- | --- | --- |',
    ...folders.map((folder) =>
      row(
        folder,
        judged.filter((one) => folderOf(one) === folder),
      ),
    ),
    row('all', judged),
  ].join('\n')
}
