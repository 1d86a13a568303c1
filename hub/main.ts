import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { systemClock } from '../shared/clock.ts'
import { variable } from '../shared/environment.ts'
import { LaresError } from '../shared/errors.ts'
import { runProgram } from '../shared/run-program.ts'
import { houseThread } from './core/house-thread.ts'
import { HUB_PROGRAM, type HubValues } from './program.ts'

/** `lares hub …`: returns the exit code. */
export function runHub(argv: string[]): Promise<number> {
  return runProgram(HUB_PROGRAM, argv, {
    run: ({ verb, values }) => runVerb(verb, Object.fromEntries(values)),
  })
}

async function runVerb(verb: string, values: HubValues): Promise<number> {
  const folder = resolve(text(values.data) ?? variable('LARES_DATA') ?? 'lares-data')
  switch (verb) {
    case 'run':
      return await run(folder, values)
    case 'health':
      return await (await import('./health/ask-health.ts')).askHealth(folder, { json: values.json === true })
    case 'backup': {
      const { backupDatabase } = await maintenance()
      const copy = backupDatabase(folder, needed(verb, 'to', values), { replace: values.replace === true })
      process.stdout.write(`${copy}\n`)
      return 0
    }
    case 'restore':
      return await restore(folder, needed(verb, 'from', values), values)
    case 'salvage': {
      const { salvageDatabase } = await maintenance()
      const { createLog } = await import('../shared/log.ts')
      const to = needed(verb, 'to', values)
      const saved = salvageDatabase(folder, needed(verb, 'from', values), { to, log: createLog('warn') })
      process.stdout.write(`${saved}\n`)
      return 0
    }
    case 'config':
      process.stdout.write(values.example === true ? await example() : await checked(text(values.config)))
      return 0
    case 'migrate': {
      const { migrateDatabase } = await maintenance()
      const { createLog } = await import('../shared/log.ts')
      migrateDatabase({ folder, now: systemClock.now(), log: createLog('info') })
      return 0
    }
    default:
      throw new LaresError('bad_params', `${verb} is a question to the running hub`, {
        hint: `Write it before the options: lares hub ${verb} --data DIR.`,
      })
  }
}

/** A copy of a database, or a backup of everything. */
async function restore(folder: string, source: string, values: HubValues): Promise<number> {
  const told = (what: string) => void process.stderr.write(`${what}\n`)
  if (await isArchive(source)) {
    const { restoreHouse } = await import('./archive/restore-house.ts')
    const [config, secretFile] = [text(values.config), text(values['passphrase-file'])]
    const replace = values.replace === true
    process.stdout.write(await restoreHouse(folder, { source, replace, config, secretFile, told }))
    return 0
  }
  const { restoreDatabase } = await maintenance()
  process.stdout.write(restored(restoreDatabase(folder, source, { now: systemClock.now(), told })))
  return 0
}

/** What cannot be looked at is none: whoever opens it as a copy of a database says why. */
async function isArchive(source: string): Promise<boolean> {
  const { archiveKind } = await import('./archive/archive-stream.ts')
  try {
    return statSync(source).isFile() && archiveKind(source) !== null
  } catch {
    return false
  }
}

/** What no running hub loads into this thread is loaded by the verb that needs it. */
const maintenance = () => import('./store/maintenance.ts')

async function example(): Promise<string> {
  return (await import('./config-reference.ts')).hubExample()
}

async function checked(file: string | undefined): Promise<string> {
  const { centralFault } = (await import('./config.ts')).readHubConfig(file)
  if (centralFault !== undefined) throw new LaresError('bad_config', centralFault)
  return `${file ?? 'without a file everything has its default'}: nothing is wrong with it\n`
}

function restored(aside: string | null): string {
  return aside === null ? 'restored; there was no database here before\n' : `restored; what was here lies in ${aside}\n`
}

/** The engine's thread loads its program while this one loads the rest: on two cores a hub listens in two thirds of the time. */
async function run(folder: string, values: HubValues): Promise<number> {
  const engine = houseThread()
  engine.load()
  const { runHere } = await import('./run.ts')
  const listening = {
    ...given('tls', values),
    ...given('plain', values),
    ...given('http', values),
    ...given('https', values),
    ...given('socket', values),
  }
  return await runHere(folder, {
    file: text(values.config),
    listening,
    printReady: values['print-ready'] === true,
    engine,
  })
}

/** The file that a verb is about. */
function needed(verb: string, name: 'to' | 'from', values: HubValues): string {
  const given = text(values[name])
  if (given !== undefined) return given
  throw new LaresError('bad_params', `lares hub ${verb} needs --${name}`, {
    hint: `Write lares hub ${verb} --${name} FILE.`,
  })
}

function text(value: string | number | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function given<N extends 'tls' | 'plain' | 'http' | 'https' | 'socket'>(
  name: N,
  values: HubValues,
): Partial<Record<N, string>> {
  const value = text(values[name])
  return value === undefined ? {} : ({ [name]: value } as Record<N, string>)
}
