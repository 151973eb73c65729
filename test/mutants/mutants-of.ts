import { parseSync } from 'vite'

/** One change of one place in a file of the source. */
export interface Mutant {
  /** Below `src/`. */
  readonly file: string
  readonly line: number
  /** The characters that are replaced, and by what. */
  readonly start: number
  readonly end: number
  readonly text: string
  /** The place as it is, for the list of survivors. */
  readonly original: string
}

/** What the parser makes of a file: nodes of ESTree with those of TypeScript. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [member: string]: unknown
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value

/** Types have nothing to break; these three wrap an expression that has. */
const wrappers = new Set(['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression'])
const typeMembers = new Set(['typeAnnotation', 'typeParameters', 'typeArguments', 'returnType'])

/** The nodes below one that become code, each with the member that holds it. */
export function childrenOf(node: Node): { member: string; child: Node }[] {
  return Object.entries(node).flatMap(([member, value]) => {
    if (typeMembers.has(member)) return []
    const children: unknown[] = Array.isArray(value) ? value : [value]
    return children
      .filter(isNode)
      .filter(({ type }) => !type.startsWith('TS') || wrappers.has(type))
      .map((child) => ({ member, child }))
  })
}

export function parse(file: string, code: string): Node {
  const { program, errors } = parseSync(file, code)
  if (errors.length > 0) throw new Error(`${file} cannot be parsed.`)
  return program as unknown as Node
}

const flipped: Readonly<Record<string, readonly string[]>> = {
  '===': ['!=='],
  '!==': ['==='],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '&&': ['||'],
  '||': ['&&'],
  instanceof: [],
  in: [],
}

const droppable = new Set([
  'CallExpression',
  'AwaitExpression',
  'AssignmentExpression',
  'UpdateExpression',
])

/** Names of modules and keys are no values, and neither is prose, whose wording nothing depends on. */
function isMutableText(value: string, parent: Node | undefined, member: string): boolean {
  const isName =
    parent?.type.startsWith('Import') ||
    parent?.type.startsWith('Export') ||
    (member === 'key' && parent?.['computed'] !== true)
  return value !== '' && !value.includes(' ') && !isName
}

/** What is as good as `undefined` to whoever only asks whether there is something. */
function isNothing({ type, name, value }: Node): boolean {
  return (type === 'Literal' && !value) || (type === 'Identifier' && name === 'undefined')
}

type Replacement = readonly [start: number, end: number, text: string]

/** What can be done to one node. `code` is the whole file. */
function replacementsOf(
  node: Node,
  code: string,
  parent: Node | undefined,
  member: string,
): Replacement[] {
  const textOf = (part: Node): string => code.slice(part.start, part.end)
  const whole = (text: string): Replacement => [node.start, node.end, text]
  const { left, right, argument, expression, body, test, value } = node
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression': {
      if (!isNode(left) || !isNode(right)) return []
      if (node['operator'] === '??') return [whole(textOf(left)), whole(textOf(right))]
      const operators = flipped[String(node['operator'])] ?? []
      return operators.map((operator) => whole(`(${textOf(left)} ${operator} ${textOf(right)})`))
    }
    case 'UnaryExpression':
      return node['operator'] === '!' && isNode(argument) ? [whole(textOf(argument))] : []
    case 'IfStatement':
    case 'ConditionalExpression':
    case 'WhileStatement':
      return isNode(test) ? [[test.start, test.end, `!(${textOf(test)})`]] : []
    case 'ExpressionStatement':
      return isNode(expression) && droppable.has(expression.type) ? [whole(';')] : []
    case 'ReturnStatement':
      return isNode(argument) && !isNothing(argument) ? [whole('return undefined;')] : []
    case 'ArrowFunctionExpression':
      return isNode(body) && body.type !== 'BlockStatement' && !isNothing(body)
        ? [[body.start, body.end, 'undefined']]
        : []
    case 'Literal':
      // A counter that counts in twos is a counter; that it counts at all is another mutant.
      if (typeof value === 'number')
        return parent?.['operator'] === '+=' ? [] : [whole(String(value + 1))]
      if (typeof value === 'boolean') return [whole(String(!value))]
      return typeof value === 'string' && isMutableText(value, parent, member) ? [whole("''")] : []
    default:
      return []
  }
}

/** Every mutant of a file, in the order of the source. */
export function mutantsOf(file: string, code: string): Mutant[] {
  const found: Mutant[] = []
  const visit = (node: Node, parent: Node | undefined, member: string): void => {
    for (const [start, end, text] of replacementsOf(node, code, parent, member)) {
      const line = code.slice(0, start).split('\n').length
      found.push({ file, line, start, end, text, original: code.slice(start, end) })
    }
    for (const { member: name, child } of childrenOf(node)) visit(child, node, name)
  }
  visit(parse(file, code), undefined, '')
  return found
}

/** The file with the mutant's change in it. */
export function applied(mutant: Mutant, code: string): string {
  return code.slice(0, mutant.start) + mutant.text + code.slice(mutant.end)
}
