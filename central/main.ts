import { readFileSync } from 'node:fs'
import { inherited, variable } from '../shared/environment.ts'
import { LaresError } from '../shared/errors.ts'
import { EXIT } from '../shared/exit-code.ts'
import type { Program } from '../shared/program.ts'
import { type Outlets, PROCESS_OUTLETS, runProgram } from '../shared/run-program.ts'
import { readAddress } from './address.ts'
import { asLaresError, withCentral } from './connect.ts'
import { VERBS } from './verbs.ts'

/** The words of `lares central`. */
export const CENTRAL_PROGRAM: Program = {
  name: 'lares central',
  says: 'The Postgres where many houses meet',
  verbs: [...VERBS].map(([verb, { params, summary }]) => ({ verb, params, says: summary })),
  options: {
    url: {
      kind: 'text',
      value: 'postgres://USER@HOST/DATABASE',
      says: 'default: $LARES_CENTRAL, where it may hold the password; otherwise the password comes from $PGPASSWORD or ~/.pgpass',
    },
    erase: { kind: 'switch', says: 'see remove-site' },
    reason: { kind: 'text', says: 'see remove-site and erase' },
    json: { kind: 'switch', says: 'the bare answer, and errors as JSON' },
  },
}

/** Where a call reads and writes; by default this process. */
export interface Surroundings extends Outlets {
  env: NodeJS.ProcessEnv
  readInput: () => string
}

const PROCESS: Surroundings = {
  env: inherited(),
  ...PROCESS_OUTLETS,
  readInput: () => readFileSync(0, 'utf8'),
}

/** `lares central …`: returns the exit code. */
export function runCentral(argv: string[], surroundings: Partial<Surroundings> = {}): Promise<number> {
  const { env, readInput, ...outlets } = { ...PROCESS, ...surroundings }
  return runProgram(CENTRAL_PROGRAM, argv, {
    outlets,
    async run({ verb: name, params, values }) {
      const verb = VERBS.get(name)
      if (verb === undefined) throw new LaresError('unknown_command', `lares central knows no ${name}`)
      const url = addressOf(text(values.get('url')), env)
      const erase = values.get('erase') === true
      const reason = text(values.get('reason'))
      const answer = await withCentral(url, (db) => verb.run({ db, url, params, erase, reason, readInput })).catch(
        (error: unknown) => {
          throw asLaresError(error)
        },
      )
      outlets.out(values.get('json') === true ? `${JSON.stringify(answer.data)}\n` : answer.text)
      return EXIT.ok
    },
  })
}

function text(value: string | number | boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
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
  const address = option ?? variable('LARES_CENTRAL', env)
  if (address === undefined)
    throw new LaresError('bad_config', 'the address of central is not known', {
      hint: 'Set LARES_CENTRAL=postgres://user:password@host:5432/database, or give --url.',
    })
  return address
}
