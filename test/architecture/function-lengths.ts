import { parseAst } from 'vitest/node'

/** A function, method, accessor, constructor or arrow of a source file. */
export interface FunctionLength {
  /** As it is called, or what it is given to; of one without a name its line. */
  name: string
  /** From its name to its end, with what stands within, other functions too. */
  lines: number
}

interface Node {
  type: string
  start: number
  end: number
  [child: string]: unknown
}

/** Nodes that give a function within them its name, by where that stands. */
const NAMED_BY = new Map([
  ['MethodDefinition', 'key'],
  ['PropertyDefinition', 'key'],
  ['Property', 'key'],
  ['VariableDeclarator', 'id'],
])

/** Every function of a file of TypeScript. Throws when it cannot be parsed. */
export function functionLengths({ path, text }: { path: string; text: string }): FunctionLength[] {
  const found: FunctionLength[] = []
  const linesOf = (from: number, to: number) => text.slice(from, to).split('\n').length

  function walk(node: Node, parent: Node | null): void {
    // One without a body is declared elsewhere, or once more.
    if (/Function/.test(node.type) && isNode(node.body)) {
      const owner = parent !== null && NAMED_BY.has(parent.type) ? parent : node
      const named = owner[NAMED_BY.get(owner.type) ?? 'id']
      const name = isNode(named) ? text.slice(named.start, named.end) : `line ${linesOf(0, node.start)}`
      found.push({ name, lines: linesOf(owner.start, node.end) })
    }
    for (const child of Object.values(node).flat()) if (isNode(child)) walk(child, node)
  }

  walk(parseAst(text, { lang: path.endsWith('x') ? 'tsx' : 'ts' }, path) as unknown as Node, null)
  return found
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}
