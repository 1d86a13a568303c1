import type { DescribedCommand } from '../shared/admin/described-command.ts'
import { LaresError } from '../shared/errors.ts'
import { nearestName } from '../shared/nearest-name.ts'
import { type Option, readChoice, readNumber, readWords } from '../shared/options.ts'
import { readTime } from '../shared/read-time.ts'
import { findDescribed, nameOf } from './commands.ts'
import { ownOptionsOf } from './own-options.ts'
import { optionName, type ParamOption, paramOptions, wordOf } from './param-options.ts'

/** Which hub is asked, where it is not the one of `LARES_DATA`, or the usual one elsewhere. */
export interface WhichHub {
  /** Name of one at which this person is logged in. */
  hub?: string
  data?: string
  socket?: string
  /** First level of the hub's topics. */
  base?: string
}

export interface Call extends WhichHub {
  command: DescribedCommand
  params: Record<string, unknown>
  json: boolean
  help: boolean
  version: boolean
  /** Whether a dangerous command may take away what it says. */
  yes: boolean
  /** Where a file goes that is answered; absent: nobody said. */
  file?: string
  /** Whether to stay until what was begun has ended; absent: nobody said. */
  wait?: boolean
}

/**
 * `devices rename kitchen-pi-x7k2m9 "Kitchen" --json` as a call. Words fill the command's positional params in order,
 * options are its params by name with `-` or `_`; `--admin` is short for `--role admin`. Times become milliseconds by this
 * machine's clock and zone. Throws `unknown_command` and `bad_params`.
 */
export function parseCall(commands: readonly DescribedCommand[], words: readonly string[], now: number): Call {
  const [area = '', verb = ''] = words
  const alone = findDescribed(commands, area, '')
  const command = alone ?? findDescribed(commands, area, verb)
  if (!command) throw unknownCommand(commands, area, verb)
  const rest = words.slice(alone ? 1 : 2)
  const options = paramOptions(command)
  const mayBeAdmin = options.get('role')?.choices?.includes('admin') === true
  const positional = command.positional.map(optionName)
  refuseSecrets(command, rest)
  const { values, positionals, help, version } = readWords(rest, {
    program: `lares ${nameOf(command)}`,
    options: { ...Object.fromEntries(options), ...ownOptionsOf(command), ...(mayBeAdmin ? { admin: ADMIN } : {}) },
    own: [...options.keys()],
    isNumber: (index) => options.get(positional[index] ?? '')?.kind === 'number',
  })
  const params: Record<string, unknown> = {}
  const set = (name: string, value: string | number | boolean) => {
    params[name.replaceAll('-', '_')] = converted(options.get(name), { name, value, now })
  }
  for (const [index, word] of positionals.entries()) {
    const name = positional[index]
    if (name === undefined) throw tooMany(command, word)
    set(name, word)
  }
  for (const [name, value] of values) if (options.has(name)) set(name, value)
  if (mayBeAdmin && values.get('admin') === true) params.role = 'admin'
  const missing = [...options].filter(
    ([name, { required }]) => required && params[name.replaceAll('-', '_')] === undefined,
  )
  if (missing.length > 0 && !help && !version)
    throw missingParams(
      command,
      missing.map(([name]) => name),
    )
  return {
    command,
    params,
    help,
    version,
    json: values.get('json') === true,
    yes: values.get('yes') === true,
    ...(values.has('file') && !options.has('file') ? { file: String(values.get('file')) } : {}),
    ...(values.has('wait') ? { wait: values.get('wait') === true } : {}),
    ...which(values),
  }
}

const ADMIN: Option = { kind: 'switch' }

/** Which hub the words name, wherever these options stand among others that nobody understands. */
export function hubOptions(words: readonly string[]): WhichHub {
  const found = new Map<string, string>()
  for (const [index, word] of words.entries()) {
    const [, name, inline] = /^--(hub|data|socket|base)(?:=(.*))?$/s.exec(word) ?? []
    const given = inline ?? words[index + 1]
    if (name !== undefined && given !== undefined) found.set(name, given)
  }
  return which(found)
}

function which(values: ReadonlyMap<string, unknown>): WhichHub {
  const found: WhichHub = {}
  for (const name of ['hub', 'data', 'socket', 'base'] as const)
    if (values.has(name)) found[name] = String(values.get(name))
  return found
}

/** Which word of a command is wrong: the area, or only its verb. */
function unknownCommand(commands: readonly DescribedCommand[], area: string, verb: string): LaresError {
  if (area.startsWith('-'))
    return new LaresError('bad_params', `${area} stands before the command`, {
      hint: 'Write options behind it: lares devices list --data DIR.',
    })
  const verbs = commands.filter((command) => command.area === area).map((command) => command.verb)
  if (verbs.length === 0)
    return new LaresError('unknown_command', `there is no area ${area}`, { hint: areaHint(commands, area, verb) })
  const nearest = nearestName(verb, verbs)
  return new LaresError('unknown_command', verb === '' ? `${area} what?` : `there is no command ${area} ${verb}`, {
    hint:
      nearest === null
        ? `There are ${verbs.join(', ')}. See lares help ${area}.`
        : `Did you mean lares ${area} ${nearest}?`,
  })
}

/** What was probably meant by words whose first is no area: another order of them, or another area. */
function areaHint(commands: readonly DescribedCommand[], area: string, verb: string): string {
  if (findDescribed(commands, verb, area)) return `Did you mean lares ${verb} ${area}? The area comes first.`
  const areas = [...new Set(commands.map((command) => command.area))]
  const nearest = nearestName(area, areas) ?? areas.find((one) => one === area.replace(/y$/, 'ies')) ?? null
  if (nearest === null) return 'See lares help.'
  const whole = verb !== '' && findDescribed(commands, nearest, verb) ? ` ${verb}` : ''
  return `Did you mean lares ${nearest}${whole}? See lares help ${nearest}.`
}

function tooMany(command: DescribedCommand, word: string): LaresError {
  const name = nameOf(command)
  return new LaresError('bad_params', `${name} does not expect "${word}"`, {
    hint: `See lares help ${name}. A text with spaces is put in quotes.`,
  })
}

function missingParams(command: DescribedCommand, names: string[]): LaresError {
  const { positional, params } = command
  const shown = names.map((name) =>
    positional.map(optionName).includes(name) ? `<${wordOf(name, params.properties?.[name])}>` : `--${name}`,
  )
  return new LaresError('bad_params', `${nameOf(command)} needs ${shown.join(' and ')}`, {
    hint: `See lares help ${nameOf(command)}.`,
  })
}

/** Other users of the machine can read the words of every program. */
function refuseSecrets(command: DescribedCommand, words: readonly string[]): void {
  const { secret_params, params } = command
  // Its file is named, and no value.
  for (const name of secret_params)
    if (
      params.properties?.[name]?.format !== 'file' &&
      words.some((word) => word === `--${name}` || word.startsWith(`--${name}=`))
    )
      throw new LaresError(
        'bad_params',
        `${nameOf(command)} takes no ${name} among its words: others could read it there`,
        {
          hint: 'Leave it out: it is asked for, or read as one line from standard input.',
        },
      )
}

function converted(
  option: ParamOption | undefined,
  { name, value, now }: { name: string; value: string | number | boolean; now: number },
): unknown {
  if (typeof value !== 'string') return value
  if (option?.format === 'time' || option?.format === 'time-ahead')
    return readTime(value, { now, ahead: option.format === 'time-ahead' })
  return option?.kind === 'number' ? readNumber(name, value) : readChoice(name, value, option?.choices)
}
