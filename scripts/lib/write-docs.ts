import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { CENTRAL_PROGRAM } from '../../central/main.ts'
import { EDGE_PROGRAM } from '../../edge/program.ts'
import { describeCommand } from '../../hub/engine/describe-command.ts'
import { COMMANDS } from '../../hub/features/commands.ts'
import { HUB_PROGRAM } from '../../hub/program.ts'
import { VOICE_PROGRAM } from '../../speech/program.ts'
import { CONFIGURATION_SECTIONS } from './configuration-tables.ts'
import { fillSections } from './marked-sections.ts'
import { SECTIONS } from './protocol-tables.ts'

/** The documents that have generated sections. */
export const DOCUMENTS = ['README.md', 'docs/protocol.md', 'docs/configuration.md'] as const

/** Every generated section by its name. */
export const ALL_SECTIONS: ReadonlyMap<string, () => string> = new Map([...SECTIONS, ...CONFIGURATION_SECTIONS])

const root = join(import.meta.dirname, '../..')

/** Files that are written as a whole, with how: what the command line knows of the hub's verbs and of the other programs. */
const WRITTEN: ReadonlyMap<string, () => string> = new Map([
  ['cli/commands.json', () => jsonLines(COMMANDS.map(describeCommand))],
  ['cli/programs.json', () => jsonLines([HUB_PROGRAM, EDGE_PROGRAM, CENTRAL_PROGRAM, VOICE_PROGRAM])],
])

/** Those files that differ from the code, with the text they should have. */
export function staleDocuments(): { file: string; text: string }[] {
  const filled = DOCUMENTS.map((name) => [name, (before: string) => fillSections(before, ALL_SECTIONS)] as const)
  return [...filled, ...WRITTEN].flatMap(([name, write]) => {
    const file = join(root, name)
    const before = readFileSync(file, 'utf8')
    const text = write(before)
    return text === before ? [] : [{ file, text }]
  })
}

/** One line for each entry, so that a change shows where it is. */
function jsonLines(entries: readonly unknown[]): string {
  return `[\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n]\n`
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
