import { LaresError } from './errors.ts'
import { nearestName } from './nearest-name.ts'
import { type Option, type Options, optionLines, type ReadWords, readWords } from './options.ts'

export interface ProgramVerb {
  verb: string
  /** Words that follow it, in order; one that ends with `?` may be left out. */
  params: readonly string[]
  /** The only words that each of them may be, in the same order; for completion. */
  values?: readonly (readonly string[])[]
  says: string
}

/** An option of a program: of all its verbs, or of those named here alone. */
export interface ProgramOption extends Option {
  verbs?: readonly string[]
}

/** A part of Lares that runs by itself, not by asking a hub: what its words are. Help and completion derive from it. */
export interface Program {
  /** `lares edge`. */
  name: string
  says: string
  verbs: readonly ProgramVerb[]
  /** The verb that is meant when none is named. */
  usual?: string
  options: Readonly<Record<string, ProgramOption>>
}

export interface ProgramCall extends Omit<ReadWords, 'positionals'> {
  /** `null` when none was named and none is usual: then help is wanted. */
  verb: string | null
  params: string[]
}

/**
 * Reads the words of a program. `help join` is `join --help`. Throws `unknown_command` and `bad_params`, each with the
 * nearest word that exists; not for what else is wrong with a call that asks for help.
 */
export function readProgram(program: Program, words: readonly string[]): ProgramCall {
  const asked = words[0] === 'help' ? [...words.slice(1), '--help'] : words
  const { positionals, ...read } = readWords(asked, { options: program.options, program: program.name })
  const [named, ...params] = positionals
  const verb = program.verbs.find((one) => one.verb === (named ?? program.usual))
  if (named !== undefined && verb === undefined) throw unknownVerb(program, named)
  if (verb && !read.help && !read.version) {
    checkOptions(program, verb, read.values)
    checkParams(program, verb, params)
  }
  return { ...read, verb: verb?.verb ?? null, params }
}

function unknownVerb({ name, verbs }: Program, named: string): LaresError {
  const nearest = nearestName(
    named,
    verbs.map(({ verb }) => verb),
  )
  return new LaresError('unknown_command', `${name} knows no ${named}`, {
    hint: nearest === null ? `See ${name} --help.` : `Did you mean ${name} ${nearest}? See ${name} --help.`,
  })
}

/** The options that one verb takes. */
export function optionsOf({ options }: Program, verb: string): Options {
  return Object.fromEntries(
    Object.entries(options).filter(([, { verbs }]) => verbs === undefined || verbs.includes(verb)),
  )
}

/** Said where it is of no use, an option would be taken for obeyed. */
function checkOptions(program: Program, { verb }: ProgramVerb, values: ReadWords['values']): void {
  const taken = optionsOf(program, verb)
  for (const given of values.keys()) {
    if (Object.hasOwn(taken, given)) continue
    const owners = program.options[given]?.verbs?.map((one) => `${program.name} ${one}`) ?? []
    throw new LaresError('bad_params', `${program.name} ${verb} takes no --${given}`, {
      hint: `It is for ${owners.join(' and ')}. See ${program.name} ${verb} --help.`,
    })
  }
}

function checkParams({ name }: Program, verb: ProgramVerb, params: string[]): void {
  const hint = `Write ${name} ${usage(verb)}.`
  const missing = verb.params.filter((param, index) => params[index] === undefined && !param.endsWith('?'))
  if (missing.length > 0) throw new LaresError('bad_params', `the ${missing.join(' and the ')} is missing`, { hint })
  const extra = params[verb.params.length]
  if (extra !== undefined)
    throw new LaresError('bad_params', `${name} ${verb.verb} does not expect "${extra}"`, { hint })
}

function usage({ verb, params }: ProgramVerb): string {
  const words = params.map((param) => (param.endsWith('?') ? `[${param.slice(0, -1)}]` : `<${param}>`))
  return [verb, ...words].join(' ')
}

/** Help of the whole program, or of one verb. */
export function programHelp(program: Program, verb: string | null): string {
  const { name, says, verbs } = program
  const options = verb === null ? program.options : optionsOf(program, verb)
  const shown = verbs.filter((one) => verb === null || one.verb === verb)
  const width = Math.max(...shown.map((one) => usage(one).length))
  const lines = shown.map((one) => `  ${name} ${usage(one).padEnd(width)}  ${one.says}`)
  const always = '  -h, --help, -v, --version'
  return `${says}\n\n${lines.join('\n')}\n\n${[...optionLines(options), always].join('\n')}\n`
}
