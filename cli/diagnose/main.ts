import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemClock } from '../../shared/clock.ts'
import { inherited, variable } from '../../shared/environment.ts'
import { LaresError } from '../../shared/errors.ts'
import { EXIT } from '../../shared/exit-code.ts'
import { readHubPorts } from '../../shared/hub-ports.ts'
import type { Program } from '../../shared/program.ts'
import { PROCESS_OUTLETS, runProgram } from '../../shared/run-program.ts'
import { sqliteInUse } from '../../shared/sqlite/sqlite-in-use.ts'
import { programVersion } from '../../shared/version.ts'
import { connectLocally } from '../admin-client.ts'
import { attempt, folderFacts, journalOf, machineFacts, unitFacts } from './machine-facts.ts'
import { redact } from './redact.ts'
import { secretsIn } from './secrets.ts'
import { settingsOf } from './settings.ts'

export const DIAGNOSE_PROGRAM = {
  name: 'lares diagnose',
  says: 'One file for whoever helps: what runs here and how it is, without secrets',
  verbs: [{ verb: 'write', params: [], says: 'write the file; the word may be left out. Nothing has to run for it' }],
  usual: 'write',
  options: {
    to: {
      kind: 'text',
      value: 'FILE',
      says: 'default: lares-diagnose-<time>.json here; never over a file that is there',
    },
    data: {
      kind: 'text',
      value: 'DIR',
      says: "the hub's data folder (default: $LARES_DATA, /var/lib/lares or ./lares-data)",
    },
    'edge-data': { kind: 'text', value: 'DIR', says: "the agent's data folder (default: /var/lib/lares/edge)" },
    config: { kind: 'text', value: 'FILE', says: 'settings of the hub (default: /etc/lares/hub.toml)' },
    'edge-config': { kind: 'text', value: 'FILE', says: 'settings of the agent (default: /etc/lares/edge.toml)' },
  },
} as const satisfies Program

const HEALTH_MS = 5_000
/** What a running hub is asked. None of it names people or what was said. */
const QUESTIONS = [
  ['hub', 'status'],
  ['sync', 'status'],
  ['retention', 'show'],
  ['hub', 'log'],
] as const

interface Places {
  data: string
  edgeData: string
  config: string
  edgeConfig: string
}

/** `lares diagnose`: returns the exit code. Everything is tried, and what fails is said in its place. */
export function runDiagnose(words: string[]): Promise<number> {
  return runProgram(DIAGNOSE_PROGRAM, words, {
    async run({ values }) {
      const text = (name: string) => (values.get(name) === undefined ? undefined : String(values.get(name)))
      const places: Places = {
        data: resolve(text('data') ?? usualData()),
        edgeData: resolve(text('edge-data') ?? '/var/lib/lares/edge'),
        config: resolve(text('config') ?? '/etc/lares/hub.toml'),
        edgeConfig: resolve(text('edge-config') ?? '/etc/lares/edge.toml'),
      }
      const now = systemClock.now()
      const file = resolve(text('to') ?? `lares-diagnose-${new Date(now).toISOString().replace(/[:.]/g, '-')}.json`)
      // Said before anything is gathered; the file is made anew in any case.
      if (existsSync(file)) throw isThere(file)
      writeNew(file, `${JSON.stringify(redact(await bundle(places, now), secretsOf(places)), null, 2)}\n`)
      PROCESS_OUTLETS.out(
        `${file}\nPasswords, tokens and e-mail addresses are taken out; names of devices and folders are in it. Read it before you pass it on.\n`,
      )
      return EXIT.ok
    },
  })
}

function usualData(): string {
  return variable('LARES_DATA') ?? (existsSync('/var/lib/lares') ? '/var/lib/lares' : 'lares-data')
}

function secretsOf({ data, edgeData, config, edgeConfig }: Places): string[] {
  const inHub = ['central.url', 'tls.key', 'ca.key', 'page.key', ...keysIn(data)].map((name) => join(data, name))
  const inAgent = ['identity.json', 'joining.json'].map((name) => join(edgeData, name))
  return [
    ...secretsIn([...inHub, ...inAgent, config, edgeConfig]),
    ...Object.entries(inherited()).flatMap(([name, value = '']) =>
      /^LARES_.*(?:URL|CENTRAL|SECRET|TOKEN)|^PGPASSWORD/.test(name) ? [value] : [],
    ),
  ]
}

/** Keys of what is sealed, as paths below the data folder. */
function keysIn(data: string): string[] {
  const folder = join(data, 'keys')
  try {
    return readdirSync(folder).map((name) => join('keys', name))
  } catch {
    return [] // None was made yet, or this user cannot read them.
  }
}

/** Nobody else may read it, and nothing that is there is lost. */
function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    throw isThere(file, cause)
  }
}

function isThere(file: string, cause?: unknown): LaresError {
  return new LaresError('already_exists', `${file} is there already`, { cause, hint: 'Name another file: --to FILE.' })
}

async function bundle({ data, edgeData, config, edgeConfig }: Places, now: number) {
  return {
    made: new Date(now).toISOString(),
    versions: {
      lares: programVersion(),
      node: process.version,
      sqlite: await attempt(sqliteInUse),
      openssl: process.versions.openssl,
    },
    machine: await attempt(machineFacts),
    environment: Object.keys(inherited()).filter((name) => name.startsWith('LARES_') && variable(name) !== undefined),
    hub: {
      settings: await attempt(() => settingsOf(config)),
      service: await attempt(() => unitFacts('lares-hub')),
      files: await attempt(() => folderFacts(data)),
      ports: await attempt(() => readHubPorts(data)),
      health: await attempt(() => healthOf(data)),
      answers: await attempt(() => answersOf(data)),
      journal: await attempt(() => journalOf('lares-hub')),
    },
    edge: {
      settings: await attempt(() => settingsOf(edgeConfig)),
      service: await attempt(() => unitFacts('lares-edge')),
      files: await attempt(() => folderFacts(edgeData)),
      status: await attempt(() => JSON.parse(readFileSync(statusFile(edgeData), 'utf8')) as unknown),
      journal: await attempt(() => journalOf('lares-edge')),
    },
  }
}

/** The service keeps the agent's word in memory; an agent that somebody runs by hand has it beside its data. */
function statusFile(edgeData: string): string {
  const inMemory = '/run/lares-edge/agent.json'
  return existsSync(inMemory) ? inMemory : join(edgeData, 'agent.json')
}

async function healthOf(data: string): Promise<unknown> {
  const ports = readHubPorts(data)
  if (ports === null) throw new Error(`no hub has run in ${data}`)
  const answer = await fetch(`http://${ports.host}:${ports.http}/health`, { signal: AbortSignal.timeout(HEALTH_MS) })
  return await answer.json()
}

async function answersOf(data: string): Promise<unknown> {
  const ports = readHubPorts(data)
  if (ports === null) throw new Error(`no hub has run in ${data}`)
  const client = await connectLocally(ports.socket, ports.base)
  try {
    const answers = []
    for (const [area, verb] of QUESTIONS)
      answers.push([`${area} ${verb}`, await attempt(() => client.request(area, verb, {}))] as const)
    return Object.fromEntries(answers)
  } finally {
    await client.close()
  }
}
