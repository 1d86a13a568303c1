import type { DescribedCommand } from '../shared/admin/described-command.ts'
import { BOOLEAN_WORDS } from '../shared/booleans.ts'
import { optionLines } from '../shared/options.ts'
import { TIME_WORDS } from '../shared/read-time.ts'
import { whoMay } from '../shared/rights.ts'
import { shellWord } from '../shared/shell-word.ts'
import { nameOf } from './commands.ts'
import { OWN_OPTIONS, ownOptionsOf } from './own-options.ts'
import { optionName, type ParamOption, paramOptions, wordOf } from './param-options.ts'

/** Every command with its one line. */
export function help(commands: readonly DescribedCommand[]): string {
  return `Ask the hub:\n\n${summaries(commands)}\n\nlares help <area> and lares help <area> <verb> say more.\n\n${optionLines(OWN_OPTIONS).join('\n')}\n`
}

/** The commands of one area. */
export function areaHelp(commands: readonly DescribedCommand[], area: string): string {
  const own = commands.filter((command) => command.area === area)
  return `${summaries(own)}\n\nlares help ${area} <verb> shows options and examples.\n`
}

function summaries(commands: readonly DescribedCommand[]): string {
  const width = Math.max(...commands.map((command) => nameOf(command).length))
  return commands.map((command) => `  ${nameOf(command).padEnd(width)}  ${command.summary}`).join('\n')
}

/** One command with its params and examples. */
export function commandHelp(command: DescribedCommand): string {
  const options = paramOptions(command)
  const positional = command.positional.map(optionName)
  const words = positional.map((name) => placedWord(name, options))
  const effects = [
    `for ${whoMay(command.needs)}`,
    ...(command.needs_person ? ['asked by a person only'] : []),
    ...(command.changes ? ['changes something'] : []),
    ...(command.dangerous ? ['asks before it takes something away (not with --yes)'] : []),
  ]
  const named = Object.fromEntries([...options].filter(([name]) => !positional.includes(name)))
  const kinds = [...options.values()]
  const notes = [
    ...(kinds.some(({ kind }) => kind === 'switch')
      ? [`  A switch is also --no-…, or followed by ${BOOLEAN_WORDS}.`]
      : []),
    ...(kinds.some(({ value }) => value === 'TIME') ? [`  TIME is written like ${TIME_WORDS}.`] : []),
    ...(kinds.some(({ value }) => value === 'DEVICE') || kinds.some(({ format }) => format === 'device')
      ? ['  A device is named by its id, or by its name where only one has it.']
      : []),
    ...(kinds.some(({ format }) => format === 'sensor')
      ? ['  A sensor is named by its key, or by its name where only one of its device has it.']
      : []),
    ...kinds.flatMap(({ format, says }) => (format === 'file' ? [`  The file is ${says}.`] : [])),
    ...askedFor(command).map((name) => `  The ${name} is asked for, or read as one line from standard input.`),
  ]
  const examples = command.examples.map((example) => `  ${exampleCall(command, example.params)}\n      ${example.says}`)
  return [
    [`lares ${nameOf(command)}`, ...words].join(' '),
    `  ${command.summary}`,
    `  (${effects.join('; ')})`,
    ...placedLines(positional, options),
    ...(Object.keys(named).length > 0 ? ['', ...optionLines(named)] : []),
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
    ...optionLines(ownOptionsOf(command)),
    ...(examples.length > 0 ? ['', 'Examples:', ...examples] : []),
    '',
  ].join('\n')
}

/** A word that is given by its place, as it stands in the first line. */
function placedWord(name: string, options: ReadonlyMap<string, ParamOption>): string {
  const word = wordOf(name, options.get(name))
  return options.get(name)?.required ? `<${word}>` : `[${word}]`
}

/** The lines that explain those words, aligned. Of a file a note tells. */
function placedLines(positional: readonly string[], options: ReadonlyMap<string, ParamOption>): string[] {
  const lines = positional.flatMap((name) => {
    const { choices, says = '', format } = options.get(name) ?? {}
    const words = [choices?.join(', ') ?? '', says.replace(/(?:^|, )needed$/, '')].filter((text) => text !== '')
    return words.length === 0 || format === 'file' ? [] : [[placedWord(name, options), words.join('; ')] as const]
  })
  const width = Math.max(0, ...lines.map(([word]) => word.length))
  return lines.length === 0 ? [] : ['', ...lines.map(([word, says]) => `  ${word.padEnd(width)}  ${says}`)]
}

/** Secrets that are asked for. */
function askedFor({ params, secret_params }: DescribedCommand): string[] {
  return secret_params.filter((name) => params.properties?.[name]?.format !== 'file')
}

/** An example as it is typed. */
export function exampleCall(command: DescribedCommand, params: Record<string, unknown>): string {
  const open = Object.entries(params).filter(([name]) => !command.secret_params.includes(name))
  const positional = command.positional.filter((name) => params[name] !== undefined)
  const words = positional.map(
    (name) => fileNamed(command.params.properties?.[name]?.format, name) ?? shellWord(wordFor(params[name])),
  )
  const named = open
    .filter(([name]) => !positional.includes(name))
    .map(([name, value]) => optionText(optionName(name), value))
  return ['lares', nameOf(command), ...words, ...named].join(' ')
}

function optionText(name: string, value: unknown): string {
  if (value === true) return `--${name}`
  if (value === false) return `--no-${name}`
  return `--${name} ${shellWord(wordFor(value))}`
}

/** A file of that format, as an example calls it. */
function fileNamed(format: string | undefined, name: string): string | undefined {
  if (format === 'json-file') return 'butler.json'
  return format === 'file' ? `${name}.csv` : undefined
}

/** A list is typed with commas between, any other object as its JSON. */
function wordFor(value: unknown): string {
  return typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : String(value)
}
