import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { closureOf, packagesOfLock } from './package-closure.ts'

/** What may be given on beside our own licence, by their names of SPDX. */
const ALLOWED = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Unlicense',
  'Python-2.0',
  'CC0-1.0',
])
/** Builds the page and is not in it. */
const BUILDERS = new Set(['vite'])
const FILE = /^(?:licen[cs]e|copying|notice)/i
const RULE = '='.repeat(80)

interface Manifest {
  name: string
  version: string
  license?: string | { type: string }
  licenses?: { type: string }[]
}

const [source = '.', licenceOfNode = ''] = process.argv.slice(2)
const faults: string[] = []

/** The words of a licence: its files, or what the readme says below such a heading. */
function wordsOf(folder: string): string {
  const names = readdirSync(folder).toSorted()
  const files = names.filter((name) => FILE.test(name))
  if (files.length > 0) return files.map((name) => readFileSync(join(folder, name), 'utf8').trim()).join('\n\n')
  const readme = names.find((name) => /^readme/i.test(name))
  const below = readme && /^#+\s*licen[cs]e[^\n]*\n([\s\S]*)/im.exec(readFileSync(join(folder, readme), 'utf8'))
  return below ? (below[1] ?? '').trim() : ''
}

/** The words of a licence that are the same wherever it is used, for a package that names it alone. */
function generalWords(licence: string): string {
  const file = join(source, 'packaging/licences', `${licence}.txt`)
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : ''
}

function licenceOf({ license, licenses }: Manifest): string {
  if (typeof license === 'string') return license
  return license?.type ?? licenses?.map(({ type }) => type).join(' OR ') ?? ''
}

const allowed = (licence: string) =>
  licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((one) => ALLOWED.has(one.trim()))

function entry(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(source, folder, 'package.json'), 'utf8')) as Manifest
  const licence = licenceOf(manifest)
  const name = `${manifest.name} ${manifest.version}`
  if (licence === '') faults.push(`${name} names no licence`)
  else if (!allowed(licence))
    faults.push(`${name} is under ${licence}, which is not on the list of those that may be given on`)
  const words = wordsOf(join(source, folder)) || generalWords(licence)
  if (words === '') faults.push(`${name} comes without the words of its licence`)
  return `${RULE}\n${name}\n${licence}\n${RULE}\n\n${words}\n`
}

const lock = packagesOfLock(readFileSync(join(source, 'package-lock.json'), 'utf8'))
const { dependencies = {}, optionalDependencies = {} } = lock.get('') ?? {}
const named = Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !BUILDERS.has(name))
const entries = closureOf(lock, named).map(entry)
if (faults.length > 0) {
  console.error(`What is packed must be allowed to be given on:\n${faults.join('\n')}`)
  process.exit(1)
}
const nodeWords = readFileSync(licenceOfNode, 'utf8').trim()
process.stdout.write(
  [
    'What Lares is made of, and under which licences. Its own is in LICENSE.\n',
    `${RULE}\nSQLite, as better-sqlite3 brings it\nPublic domain: https://sqlite.org/copyright.html\n${RULE}\n`,
    ...entries,
    `${RULE}\nNode.js\n${RULE}\n\n${nodeWords}\n`,
  ].join('\n'),
)
