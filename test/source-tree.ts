import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** The repository. */
export const ROOT = join(import.meta.dirname, '..')

/** One import, export from, dynamic import or worker file of a source file. */
export interface Import {
  /** Path below the repository, or the name of a package. */
  target: string
  own: boolean
  typeOnly: boolean
  reexport: boolean
  /** Loaded when it is wanted, or by another thread. */
  later: boolean
}

export interface Source {
  path: string
  text: string
  /** The text without comments. */
  code: string
  imports: Import[]
}

const STATEMENT = /^(import|export)\s+(type\s+)?([^'";]*?\sfrom\s+)?'([^']+)'/gm
const DYNAMIC = /(?<!typeof )\bimport\('([^']+)'\)/g
const WORKER = /new URL\('(\.[^']+\.ts)', import\.meta\.url\)/g

/** Every file of the repository that one of the patterns matches, by its path. */
export function readSources(patterns: string[]): Source[] {
  const paths = patterns.flatMap((pattern) =>
    globSync(pattern, {
      cwd: ROOT,
      exclude: (name) => name === 'node_modules' || name === '.cache' || name === 'dist',
    }),
  )
  return [...new Set(paths)].sort().map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8')
    const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`/])\/\/[^\n]*/g, '$1')
    return { path, text, code, imports: importsOf(path, code) }
  })
}

function importsOf(path: string, code: string): Import[] {
  const found: Import[] = []
  const add = (specifier: string, { typeOnly = false, reexport = false, later = false }) => {
    const own = specifier.startsWith('.')
    found.push({
      target: own ? relative(ROOT, join(ROOT, dirname(path), specifier)) : specifier,
      own,
      typeOnly,
      reexport,
      later,
    })
  }
  for (const [, word, type, , specifier = ''] of code.matchAll(STATEMENT))
    add(specifier, { typeOnly: type !== undefined, reexport: word === 'export' })
  for (const [, specifier = ''] of code.matchAll(DYNAMIC)) add(specifier, { later: true })
  for (const [, specifier = ''] of code.matchAll(WORKER)) add(specifier, { later: true })
  return found
}
