import type { DescribedCommand } from '../shared/admin/described-command.ts'
import { LaresError } from '../shared/errors.ts'
import { findCommand } from './commands.ts'

export interface Call {
  area: string
  verb: string
  params: Record<string, unknown>
  /** The hub's data folder, or its socket. */
  data?: string
  socket?: string
  /** First level of the hub's topics. */
  base?: string
  json: boolean
  help: boolean
  /** Whether a dangerous command may take away what it says. */
  yes: boolean
}

/** What a param takes on the command line. */
export type ParamKind = 'text' | 'number' | 'switch'

/** The params of a command by name, read from its schema. */
export function paramKinds({
  params,
}: DescribedCommand): Map<string, { kind: ParamKind; required: boolean; choices: string[] }> {
  const required = new Set(params.required ?? [])
  return new Map(
    Object.entries(params.properties ?? {}).map(([name, property]) => {
      const kind =
        property.type === 'boolean'
          ? 'switch'
          : property.type === 'integer' || property.type === 'number'
            ? 'number'
            : 'text'
      return [name, { kind, required: required.has(name), choices: (property.enum ?? []).map(String) }]
    }),
  )
}

/** Options that are the command line's own. */
const OWN = new Set(['data', 'socket', 'base'])

/**
 * `devices rename kitchen-pi-x7k2m9 "Kitchen" --json` as a call. Words fill the command's positional params in order,
 * options are its params by name with `-` or `_`; `--admin` is short for `--role admin`. Throws `unknown_command` and
 * `bad_params`.
 */
export function parseCall(commands: readonly DescribedCommand[], [area = '', verb = '', ...rest]: string[]): Call {
  const command = findCommand(commands, area, verb)
  if (!command) throw new LaresError('unknown_command', `there is no command ${area} ${verb}`.trim())
  const kinds = paramKinds(command)
  const positional = [...command.positional]
  const call: Call = { area, verb, params: {}, json: false, help: false, yes: false }
  const words = [...rest]
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!word.startsWith('--')) {
      const name = positional.shift()
      if (name === undefined)
        throw new LaresError('bad_params', `${area} ${verb} does not expect "${word}"`, {
          hint: `See lares help ${area} ${verb}.`,
        })
      call.params[name] = converted(name, word, kinds.get(name)?.kind)
      continue
    }
    const [option = '', inline] = word.slice(2).split(/=(.*)/s)
    const name = option.replaceAll('-', '_')
    if (name === 'json' || name === 'help' || name === 'yes') {
      call[name] = true
    } else if (name === 'admin' && kinds.has('role')) {
      call.params.role = 'admin'
    } else if (OWN.has(name)) {
      call[name as 'data' | 'socket' | 'base'] = inline ?? value(words, word)
    } else {
      const kind = kinds.get(name)?.kind
      if (kind === undefined)
        throw new LaresError('bad_params', `${area} ${verb} has no option --${option}`, {
          hint: `See lares help ${area} ${verb}.`,
        })
      call.params[name] =
        kind === 'switch' && inline === undefined ? true : converted(name, inline ?? value(words, word), kind)
    }
  }
  return call
}

/** Which hub the words name, wherever these options stand among others that nobody understands. */
export function hubOptions(words: string[]): Pick<Call, 'data' | 'socket' | 'base'> {
  const found: Pick<Call, 'data' | 'socket' | 'base'> = {}
  for (const [index, word] of words.entries()) {
    const [, name = '', inline] = /^--(data|socket|base)(?:=(.*))?$/s.exec(word) ?? []
    const given = inline ?? words[index + 1]
    if (OWN.has(name) && given !== undefined) found[name as 'data' | 'socket' | 'base'] = given
  }
  return found
}

function value(words: string[], option: string): string {
  const next = words.shift()
  if (next === undefined) throw new LaresError('bad_params', `${option} needs a value`)
  return next
}

function converted(name: string, text: string, kind: ParamKind | undefined): unknown {
  if (kind === 'switch') return text === 'true' || text === 'yes' || text === '1'
  if (kind !== 'number') return text
  const number = Number(text)
  if (text === '' || !Number.isFinite(number)) throw new LaresError('bad_params', `${name} is a number, not "${text}"`)
  return number
}
