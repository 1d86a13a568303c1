import { parseAst } from 'vitest/node'
import { readSources, type Source } from '../../source-tree.ts'

/** What holds a remedy, wherever it is: a property, a parameter, an element of a tuple. */
const NAMES = /^(?:hint|remedy|mend)$/

/** A remedy is a sentence; a name or a sign is none. */
const WORDS = /\p{L}.*\s|\s.*\p{L}/su

/** The catalogue of codes has a test of its own; the samples of messages repeat it. */
const ELSEWHERE = /^shared\/(?:errors\.ts$|messages\/)/

type Node = { type: string } & Record<string, unknown>

interface Parsed {
  path: string
  nodes: Node[]
  /** What is declared here, by its name: values of constants, and functions. */
  declared: Map<string, Node[]>
  /** Imported name → the file it comes from. */
  imported: Map<string, string>
}

/** A remedy that stands in the source. */
export interface RemedyText {
  path: string
  /** With … where something is put in. */
  text: string
}

/** Every remedy that a place of the program gives itself, in the order of the files. */
export function remedyTexts(): RemedyText[] {
  const sources = readSources(
    ['central', 'cli', 'edge', 'hub', 'scripts', 'shared', 'speech'].map((folder) => `${folder}/**/*.ts`),
  )
  const files = new Map(sources.map((source) => [source.path, parsed(source)]))
  const takers = takersOf([...files.values()])
  const found = new Map<string, RemedyText>()
  const add = (one: RemedyText) => void (ELSEWHERE.test(one.path) || found.set(`${one.path}\n${one.text}`, one))
  for (const file of files.values())
    for (const place of placesIn(file, takers)) for (const one of new Reading(files).texts(place, file)) add(one)
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

/** Every text that a file writes, as `remedyTexts` shows one. */
export function textsWritten({ text }: Source): string[] {
  return nodesOf(parseAst(text, { lang: 'ts' })).flatMap((node) => writtenText(node) ?? [])
}

function parsed({ path, text, imports }: Source): Parsed {
  const nodes = nodesOf(parseAst(text, { lang: 'ts' }))
  const declared = new Map<string, Node[]>()
  const imported = new Map<string, string>()
  const declare = (name: unknown, value: Node) =>
    declared.set(nameOf(name), [...(declared.get(nameOf(name)) ?? []), value])
  const targets = imports.filter(({ own }) => own).map(({ target }) => target)
  for (const node of nodes) {
    if (node.type === 'VariableDeclarator' && isNode(node.init)) declare(node.id, node.init)
    if (node.type === 'FunctionDeclaration') declare(node.id, node)
    if (node.type !== 'ImportDeclaration') continue
    const from = String((node.source as Node).value).replace(/^[./]+/, '')
    const target = targets.find((one) => one === from || one.endsWith(`/${from}`))
    if (target) for (const one of listOf(node.specifiers)) imported.set(nameOf(one.local), target)
  }
  return { path, nodes, declared, imported }
}

/** Functions that are given a remedy, and as which of their parameters. */
function takersOf(files: readonly Parsed[]): Map<string, number> {
  const takers = new Map<string, number>()
  const note = (name: unknown, maker: unknown) => {
    if (!isNode(maker)) return
    const at = listOf(maker.params).findIndex((param) => NAMES.test(nameOf(param)))
    if (at >= 0) takers.set(nameOf(name), at)
  }
  for (const { nodes } of files)
    for (const node of nodes) {
      if (node.type === 'FunctionDeclaration') note(node.id, node)
      if (node.type === 'VariableDeclarator') note(node.id, node.init)
      if (node.type === 'MethodDefinition') note(node.key, node.value)
    }
  return takers
}

/** Every expression of a file that stands where a remedy belongs. */
function* placesIn({ nodes }: Parsed, takers: ReadonlyMap<string, number>): Generator<Node> {
  const tuples = nodes.filter(({ type }) => type === 'TSTupleType').map(({ elementTypes }) => listOf(elementTypes))
  for (const node of nodes) {
    if (node.type === 'Property' && NAMES.test(nameOf(node.key)) && isNode(node.value)) yield node.value
    if (node.type === 'CallExpression') {
      const at = takers.get(calledName(node))
      const given = at === undefined ? undefined : listOf(node.arguments)[at]
      if (given) yield given
    }
    if (node.type === 'ArrayExpression') {
      const elements = listOf(node.elements)
      for (const labels of tuples) {
        const at = labels.findIndex(({ label }) => isNode(label) && NAMES.test(nameOf(label)))
        const element = labels.length === elements.length ? elements[at] : undefined
        if (element) yield element
      }
    }
  }
}

/** Follows an expression to the texts it can be. */
class Reading {
  readonly #files: ReadonlyMap<string, Parsed>
  readonly #seen = new Set<Node>()

  constructor(files: ReadonlyMap<string, Parsed>) {
    this.#files = files
  }

  texts(node: Node, file: Parsed): RemedyText[] {
    if (this.#seen.has(node)) return []
    this.#seen.add(node)
    const all = (nodes: unknown[]) => nodes.filter(isNode).flatMap((one) => this.texts(one, file))
    const written = writtenText(node)
    if (written !== null) return WORDS.test(written) ? [{ path: file.path, text: written }] : []
    switch (node.type) {
      case 'ConditionalExpression':
        return all([node.consequent, node.alternate])
      case 'LogicalExpression':
        return all([node.left, node.right])
      case 'AwaitExpression':
        return all([node.argument])
      case 'Identifier':
        return this.#declared(nameOf(node), file)
      case 'CallExpression':
        return this.#called(node, file)
      default:
        return []
    }
  }

  /** What a constant holds or a function returns. */
  #declared(name: string, file: Parsed): RemedyText[] {
    const from = this.#files.get(file.imported.get(name) ?? '') ?? file
    return (from.declared.get(name) ?? []).flatMap((value) => valuesOf(value).flatMap((one) => this.texts(one, from)))
  }

  /** Of a function its results, or what it is given; of a map that is asked, all that it holds. */
  #called(node: Node, file: Parsed): RemedyText[] {
    const callee = node.callee as Node
    if (callee.type === 'MemberExpression') {
      const map = nameOf(callee.property) === 'get' ? (file.declared.get(nameOf(callee.object)) ?? []) : []
      return map.flatMap((one) => nodesOf(one)).flatMap((one) => this.texts(one, file))
    }
    const results = this.#declared(nameOf(callee), file)
    return results.length > 0 ? results : listOf(node.arguments).flatMap((one) => this.texts(one, file))
  }
}

/** The expressions that a declaration can stand for. */
function valuesOf(declared: Node): Node[] {
  if (!/Function/.test(declared.type)) return [declared]
  const body = declared.body as Node
  if (body.type !== 'BlockStatement') return [body]
  return nodesOf(body).flatMap(({ type, argument }) =>
    type === 'ReturnStatement' && isNode(argument) ? [argument] : [],
  )
}

/** A literal, a template or a sum of them as one text. */
function writtenText(node: unknown): string | null {
  if (!isNode(node)) return null
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : null
  if (node.type === 'TemplateLiteral')
    return listOf(node.quasis)
      .map(({ value }) => (value as { cooked: string }).cooked)
      .join('…')
  if (node.type !== 'BinaryExpression') return null
  const [left, right] = [writtenText(node.left), writtenText(node.right)]
  return left === null && right === null ? null : `${left ?? '…'}${right ?? '…'}`
}

/** A node and all below it, from the first to the last. */
function nodesOf(root: unknown): Node[] {
  const found: Node[] = []
  const visit = (value: unknown) => {
    if (!isNode(value)) return
    found.push(value)
    for (const inner of Object.values(value)) Array.isArray(inner) ? inner.forEach(visit) : visit(inner)
  }
  visit(root)
  return found
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}

function listOf(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : []
}

/** The name of an identifier, or of a parameter with a default. */
function nameOf(node: unknown): string {
  if (!isNode(node)) return ''
  return node.type === 'AssignmentPattern' ? nameOf(node.left) : String(node.name ?? '')
}

function calledName({ callee }: Node): string {
  if (!isNode(callee)) return ''
  return nameOf(callee.type === 'MemberExpression' ? callee.property : callee)
}
