import { BOOLEAN_WORDS, readBoolean } from './booleans.ts'
import { LaresError } from './errors.ts'
import { nearestName } from './nearest-name.ts'
import { oneInAnyCase } from './one-in-any-case.ts'

/** One option of a program or command. Its name is written with `-`; `_` is taken too. */
export interface Option {
  kind: 'text' | 'number' | 'switch'
  /** What the value is called in help: `DIR`, `HOST:PORT`. */
  value?: string
  /** For help; empty where the name says it. */
  says?: string
  /** The only values it may have. */
  choices?: readonly string[]
  /** Whether a text may be empty: where it is written down, that takes away what was there. */
  mayBeEmpty?: boolean
}

/** By name, as help shows them. */
export type Options = Readonly<Record<string, Option>>

export interface ReadWords {
  /** By name with `-`; what was not given is absent. */
  values: ReadonlyMap<string, string | number | boolean>
  positionals: string[]
  /** `-h` or `--help` stood somewhere. */
  help: boolean
  /** `-v` or `--version` stood somewhere. */
  version: boolean
}

export interface ReadWordsOptions {
  options: Options
  /** How the program is called, for messages: `lares edge`. */
  program: string
  /** Options that are named where nothing near to a wrong one is there: those of its own. Default: none. */
  own?: readonly string[]
  /** Whether the positional word with this index is a number: then `--json 1` leaves the 1 to it. */
  isNumber?: (index: number) => boolean
}

/**
 * Reads the words after a program's name: `--name value`, `--name=value`, `--switch`, `--switch yes`, `--no-switch`.
 * After `--` everything is a positional word; so is `-` and a negative number. The same rule for everything that is called
 * `lares …`. Throws `bad_params` that names the word, and the nearest option for one that is not known; not where help or the
 * version is asked for, which nothing that stands beside it keeps back.
 */
export function readWords(words: readonly string[], reading: ReadWordsOptions): ReadWords {
  const { options, program } = reading
  const values = new Map<string, string | number | boolean>()
  const positionals: string[] = []
  let help = false
  let version = false
  let wrong: unknown = null
  const rest = [...words]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      positionals.push(...rest.splice(0))
    } else if (word === '-h' || word === '--help') {
      help = true
    } else if (word === '-v' || word === '--version') {
      version = true
    } else if (!word.startsWith('-') || /^-(?:\d|$)/.test(word)) {
      positionals.push(word)
    } else {
      try {
        take(word)
      } catch (error) {
        wrong ??= error
      }
    }
  }
  if (wrong !== null && !help && !version) throw wrong
  return { values, positionals, help, version }

  function take(word: string): void {
    const { name, inline, no } = optionOf(word, reading)
    const option = options[name]
    if (option?.kind === 'switch') {
      const taken = inline ?? (no ? undefined : takeBoolean(rest, reading, positionals.length))
      values.set(name, switched(name, taken) !== no)
    } else if (option) {
      values.set(name, optionValue(name, option, inline ?? takeValue(rest)))
    }
  }

  function optionOf(word: string, { options, own = [] }: ReadWordsOptions) {
    const [, written = '', inline] = /^--?([^=]*)(?:=(.*))?$/s.exec(word) ?? []
    const name = written.replaceAll('_', '-')
    const isOption = word.startsWith('--') && Object.hasOwn(options, name)
    if (isOption) return { name, inline, no: false }
    const positive = name.replace(/^no-/, '')
    if (word.startsWith('--no') && Object.hasOwn(options, positive) && options[positive]?.kind === 'switch')
      return { name: positive, inline, no: true }
    // Its value, if it has one, is no word of its own.
    if (inline === undefined && rest[0]?.startsWith('-') === false) rest.shift()
    const nearest = nearestName(name, Object.keys(options))
    const known = nearest === null && own.length > 0 ? `; it has ${own.map((one) => `--${one}`).join(', ')}` : ''
    throw new LaresError('bad_params', `${program} has no option ${word.split('=')[0]}${known}`, {
      hint: nearest === null ? `See ${program} --help.` : `Did you mean --${nearest}? See ${program} --help.`,
    })
  }
}

/** Takes the next word where it answers yes or no; a 1 or 0 that is somebody else's stays. */
function takeBoolean(rest: string[], { isNumber }: ReadWordsOptions, position: number): string | undefined {
  const next = rest[0]
  if (next === undefined || readBoolean(next) === null) return undefined
  if (/^[01]$/.test(next) && isNumber?.(position)) return undefined
  return rest.shift()
}

/** A value that looks like an option must be given with `=`: usually the value was forgotten. */
function takeValue(rest: string[]): string | undefined {
  return rest[0]?.startsWith('--') ? undefined : rest.shift()
}

function switched(name: string, text: string | undefined): boolean {
  const value = text === undefined ? true : readBoolean(text)
  if (value !== null) return value
  throw new LaresError('bad_params', `--${name} is yes or no, not "${text}"`, { hint: `Write ${BOOLEAN_WORDS}.` })
}

function optionValue(name: string, option: Option, text: string | undefined): string | number {
  const { kind, choices, mayBeEmpty = false } = option
  // A variable of the shell that is not set leaves `--data "$DIR"` empty, which would be the folder where one happens to be.
  if (text === undefined || (text.trim() === '' && !mayBeEmpty)) {
    const hint = choices ? `It is one of ${choices.join(', ')}.` : `Write --${name}=${option.value ?? 'VALUE'}.`
    throw new LaresError('bad_params', `--${name} needs a value`, { hint })
  }
  return kind === 'number' ? readNumber(name, text) : readChoice(name, text, choices)
}

/** Throws `bad_params` that names what was to be a number. */
export function readNumber(name: string, text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && Number.isFinite(number)) return number
  throw new LaresError('bad_params', `${name} is a number, not "${text}"`, { hint: `Write digits: --${name}=10.` })
}

/** The text itself, where any will do, or the choice that it is in any case. Throws `bad_params` with the nearest of them. */
export function readChoice(name: string, text: string, choices: readonly string[] | undefined): string {
  if (choices === undefined || choices.includes(text)) return text
  const chosen = oneInAnyCase(text.trim(), choices)
  if (chosen !== null) return chosen
  const nearest = nearestName(text, choices)
  throw new LaresError('bad_params', `${name} cannot be "${text}"`, {
    hint: `${nearest === null ? '' : `Did you mean ${nearest}? `}It is one of ${choices.join(', ')}.`,
  })
}

/** The lines of help that explain options, aligned. */
export function optionLines(options: Options): string[] {
  const names = Object.entries(options).map(([name, { kind, value, choices, says }]) => {
    const shown = kind === 'switch' ? '' : ` ${choices?.join('|') ?? value ?? (kind === 'number' ? 'N' : 'TEXT')}`
    return [`--${name}${shown}`, says ?? ''] as const
  })
  const width = Math.min(28, Math.max(0, ...names.map(([name]) => name.length)))
  return names.map(([name, says]) =>
    says === ''
      ? `  ${name}`
      : name.length > width
        ? `  ${name}\n  ${''.padEnd(width)}  ${says}`
        : `  ${name.padEnd(width)}  ${says}`,
  )
}
