import { childrenOf, isNode, parse, type Mutant, type Node } from './mutants-of.ts'

/** A stretch of a file that runs as a whole or not at all, as far as this tool looks. */
interface Stretch {
  readonly start: number
  readonly end: number
  /** The body of an arrow function that is an expression. */
  readonly isExpression: boolean
}

function stretchesOf(file: string, code: string): Stretch[] {
  const found: Stretch[] = []
  const visit = (node: Node): void => {
    const { body, start, end } = node
    if (node.type === 'BlockStatement') found.push({ start, end, isExpression: false })
    if (node.type === 'ArrowFunctionExpression' && isNode(body) && body.type !== 'BlockStatement') {
      found.push({ start: body.start, end: body.end, isExpression: true })
    }
    for (const { child } of childrenOf(node)) visit(child)
  }
  visit(parse(file, code))
  return found
}

const nameOf = (file: string, start: number): string => `${file}:${start}`

/** The file with a note at the head of each stretch, for `reached.ts`. */
export function noting(file: string, code: string): string {
  const insertions = stretchesOf(file, code).flatMap(({ start, end, isExpression }) => {
    const note = `globalThis.reached?.add('${nameOf(file, start)}')`
    return isExpression
      ? [
          { at: start, text: `(${note}, ` },
          { at: end, text: ')' },
        ]
      : [{ at: start + 1, text: `${note};` }]
  })
  let text = code
  for (const { at, text: inserted } of insertions.sort((a, b) => b.at - a.at)) {
    text = text.slice(0, at) + inserted + text.slice(at)
  }
  return text
}

/** The innermost stretch that a mutant is in; nothing if it is in what runs at import. */
export function stretchOf(mutant: Mutant, code: string): string | undefined {
  const around = stretchesOf(mutant.file, code).filter(
    ({ start, end }) => start <= mutant.start && mutant.end <= end,
  )
  const innermost = around.sort((a, b) => b.start - a.start)[0]
  return innermost && nameOf(mutant.file, innermost.start)
}
