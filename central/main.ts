import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { explain, LaresError } from '../shared/errors.ts'
import { readAddress } from './address.ts'
import { asLaresError, withCentral } from './connect.ts'
import { VERBS } from './verbs.ts'

const COLUMN = 36

const HELP = `lares central …   the Postgres where many houses meet

${[...VERBS].map(([name, { params, summary }]) => `${usage(name, params).padEnd(COLUMN)} ${summary}`).join('\n')}

  --url postgres://USER@HOST/DATABASE   default: $LARES_CENTRAL, where it may hold the password;
                                        otherwise the password comes from $PGPASSWORD or ~/.pgpass
  --erase, --reason TEXT                see remove-site and erase
  --json                                the bare answer
`

const OPTIONS = {
  url: { type: 'string' },
  erase: { type: 'boolean', default: false },
  reason: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean' },
} as const

/** Where a call reads and writes; by default this process. */
export interface Surroundings {
  env: NodeJS.ProcessEnv
  out: (text: string) => void
  err: (text: string) => void
  readInput: () => string
}

const PROCESS: Surroundings = {
  env: process.env,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  readInput: () => readFileSync(0, 'utf8'),
}

/** `lares central …`: returns the exit code. */
export async function runCentral(argv: string[], surroundings: Partial<Surroundings> = {}): Promise<number> {
  const { env, out, err, readInput } = { ...PROCESS, ...surroundings }
  try {
    const { values, positionals } = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true })
    const [name, ...params] = positionals
    if (values.help || name === undefined) {
      out(HELP)
      return values.help ? 0 : 1
    }
    const verb = VERBS.get(name)
    if (verb === undefined)
      throw new LaresError('unknown_command', `lares central knows no ${name}`, { hint: 'See lares central --help.' })
    if (params.length !== verb.params.length)
      throw new LaresError('bad_params', `${name} takes ${verb.params.length} parameters, not ${params.length}`, {
        hint: `Write lares central ${usage(name, verb.params)}.`,
      })
    const url = addressOf(values.url, env)
    const { erase, reason } = values
    const answer = await withCentral(url, (db) => verb.run({ db, url, params, erase, reason, readInput }))
    out(values.json ? `${JSON.stringify(answer.data)}\n` : answer.text)
    return 0
  } catch (error) {
    err(`${explain(asLaresError(error))}\n`)
    return 1
  }
}

function usage(name: string, params: string[]): string {
  return [name, ...params.map((param) => `<${param}>`)].join(' ')
}

/** Other users of a machine can read the command lines of its programs, so a password may not stand there. */
function addressOf(option: string | undefined, env: NodeJS.ProcessEnv): string {
  if (option !== undefined && readAddress(option).holdsPassword)
    throw new LaresError(
      'bad_config',
      'the address on the command line holds a password, which others can read there',
      {
        hint: 'Put the address into LARES_CENTRAL, or the password alone into PGPASSWORD or ~/.pgpass.',
      },
    )
  const address = option ?? env.LARES_CENTRAL
  if (address === undefined || address === '')
    throw new LaresError('bad_config', 'the address of central is not known', {
      hint: 'Set LARES_CENTRAL=postgres://user:password@host:5432/database, or give --url.',
    })
  return address
}
