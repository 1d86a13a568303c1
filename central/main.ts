import { readFileSync } from 'node:fs'
import { systemClock } from '../shared/clock.ts'
import { inherited, variable } from '../shared/environment.ts'
import { LaresError } from '../shared/errors.ts'
import { EXIT } from '../shared/exit-code.ts'
import type { Program } from '../shared/program.ts'
import { type Outlets, PROCESS_OUTLETS, runProgram } from '../shared/run-program.ts'
import { agree } from '../shared/terminal/ask-person.ts'
import { ownScreen, render, type Screen } from '../shared/terminal/render.ts'
import { readCentralAddress } from './central-address.ts'
import { asLaresError, type Queryable, withCentral } from './connect.ts'
import { checkCentralVersion } from './migrate-central.ts'
import { VERBS, type VerbAnswer } from './verbs.ts'

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
    erase: { kind: 'switch', says: 'with remove-site: its rows go, too', verbs: ['remove-site'] },
    reason: { kind: 'text', says: 'why something is erased: written down beside it', verbs: ['remove-site', 'erase'] },
    yes: { kind: 'switch', says: 'do what takes something away without asking' },
    json: { kind: 'switch', says: 'the bare answer, and errors as JSON' },
  },
}

/** Verbs for a database that is not of this version yet. */
const MAKES_SCHEMA = new Set(['prepare', 'migrate'])

/** Where a call reads and writes; by default this process. */
export interface Surroundings extends Outlets {
  env: NodeJS.ProcessEnv
  readInput: () => string
  /** Default: that of this process, as it is when something is shown. */
  screen?: Screen
}

const PROCESS: Surroundings = {
  env: inherited(),
  ...PROCESS_OUTLETS,
  readInput: () => readFileSync(0, 'utf8'),
}

/** `lares central …`: returns the exit code. */
export function runCentral(argv: string[], surroundings: Partial<Surroundings> = {}): Promise<number> {
  const { env, readInput, screen, ...outlets } = { ...PROCESS, ...surroundings }
  return runProgram(CENTRAL_PROGRAM, argv, {
    outlets,
    async run({ verb: name, params, values }) {
      const verb = VERBS.get(name)
      if (verb === undefined) throw new LaresError('unknown_command', `lares central knows no ${name}`)
      const url = addressOf(text(values.get('url')), env)
      const erase = values.get('erase') === true
      const reason = text(values.get('reason'))
      const json = values.get('json') === true
      const call = { url, name }
      const given = { url, params, erase, reason, readInput }
      if (verb.danger && values.get('yes') !== true) {
        // Nobody is asked while the server waits for the answer.
        const what = await atCentral(call, async (db) => (await verb.danger?.({ db, ...given })) ?? null)
        if (what !== null) await agree(what, { json })
      }
      const answer = await atCentral(call, (db) => verb.run({ db, ...given }))
      outlets.out(json ? `${JSON.stringify(answer.data)}\n` : words(answer, screen))
      return EXIT.ok
    },
  })
}

function words(answer: VerbAnswer, screen: Screen | undefined): string {
  if ('text' in answer) return answer.text
  return render(answer.data, answer.schema, screen ?? ownScreen(systemClock.now()))
}

async function atCentral<T>(
  { url, name }: { url: string; name: string },
  work: (db: Queryable) => Promise<T>,
): Promise<T> {
  try {
    return await withCentral(url, async (db) => {
      if (!MAKES_SCHEMA.has(name)) await checkCentralVersion(db)
      return work(db)
    })
  } catch (error) {
    throw asLaresError(error)
  }
}

function text(value: string | number | boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

/** Other users of a machine can read the command lines of its programs, so a password may not stand there. */
function addressOf(option: string | undefined, env: NodeJS.ProcessEnv): string {
  if (option !== undefined && readCentralAddress(option).holdsPassword)
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
