import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fillSections } from './marked-sections.ts'
import { SECTIONS } from './protocol-tables.ts'

/** The documents that have generated sections. */
export const DOCUMENTS = ['README.md', 'docs/protocol.md'] as const

const root = join(import.meta.dirname, '../..')

/** Those documents whose sections differ from the code, with the text they should have. */
export function staleDocuments(): { file: string; text: string }[] {
  return DOCUMENTS.map((name) => join(root, name)).flatMap((file) => {
    const before = readFileSync(file, 'utf8')
    const text = fillSections(before, SECTIONS)
    return text === before ? [] : [{ file, text }]
  })
}

function main(argv: string[]): number {
  const stale = staleDocuments()
  const check = argv.includes('--check')
  for (const { file, text } of stale) {
    if (!check) writeFileSync(file, text)
    process.stdout.write(`${check ? 'out of date' : 'written'}: ${relative(root, file)}\n`)
  }
  if (check && stale.length > 0) process.stderr.write('Run scripts/docs and commit what it wrote.\n')
  return check && stale.length > 0 ? 1 : 0
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2))
