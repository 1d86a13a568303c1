import { resolve } from 'node:path'
import { splitAddress } from '../shared/address.ts'
import { systemClock } from '../shared/clock.ts'
import { decode } from '../shared/codec.ts'
import { endProcess } from '../shared/end-process.ts'
import { inherited, variable } from '../shared/environment.ts'
import { asError, LaresError } from '../shared/errors.ts'
import { EXIT } from '../shared/exit-code.ts'
import { healthWords } from '../shared/health-words.ts'
import { keepHubPorts, readHubPorts } from '../shared/hub-ports.ts'
import { createLog, isWatched, type Log } from '../shared/log.ts'
import { Notify } from '../shared/notify.ts'
import { runProgram } from '../shared/run-program.ts'
import { waitForStop } from '../shared/stop-signal.ts'
import { programVersion } from '../shared/version.ts'
import { readHubConfig } from './config.ts'
import { hubExample } from './config-reference.ts'
import { Hub } from './hub.ts'
import { HUB_PROGRAM } from './program.ts'
import { welcome } from './welcome.ts'

/** `lares hub …`: returns the exit code. */
export function runHub(argv: string[]): Promise<number> {
  return runProgram(HUB_PROGRAM, argv, {
    run: ({ verb, values }) => runVerb(verb, Object.fromEntries(values)),
  })
}

async function runVerb(verb: string, values: Values): Promise<number> {
  const folder = resolve(text(values.data) ?? variable('LARES_DATA') ?? 'lares-data')
  switch (verb) {
    case 'run':
      return await run(folder, values)
    case 'health':
      return await health(folder, values.json === true)
    case 'backup': {
      const { backupDatabase } = await maintenance()
      const copy = backupDatabase(folder, needed(verb, 'to', values), { replace: values.replace === true })
      process.stdout.write(`${copy}\n`)
      return 0
    }
    case 'restore': {
      const { restoreDatabase } = await maintenance()
      process.stdout.write(restored(restoreDatabase(folder, needed(verb, 'from', values), systemClock.now())))
      return 0
    }
    case 'config':
      process.stdout.write(values.example === true ? hubExample() : checked(text(values.config)))
      return 0
    case 'migrate': {
      const { migrateDatabase } = await maintenance()
      migrateDatabase({ folder, now: systemClock.now(), log: createLog('info') })
      return 0
    }
    default:
      throw new LaresError('bad_params', `${verb} is a question to the running hub`, {
        hint: `Write it before the options: lares hub ${verb} --data DIR.`,
      })
  }
}

/** Loads the declared tables and what they are made of, which a running hub has in its engine's thread only. */
const maintenance = () => import('./store/maintenance.ts')

function checked(file: string | undefined): string {
  const { centralFault } = readHubConfig(file)
  if (centralFault !== undefined) throw new LaresError('bad_config', centralFault)
  return `${file ?? 'without a file everything has its default'}: nothing is wrong with it\n`
}

function restored(aside: string | null): string {
  return aside === null ? 'restored; there was no database here before\n' : `restored; what was here lies in ${aside}\n`
}

type Values = { [K in keyof typeof HUB_PROGRAM.options]?: string | number | boolean }

async function run(folder: string, values: Values): Promise<number> {
  const config = readHubConfig(text(values.config), {
    ...given('tls', values),
    ...given('plain', values),
    ...given('http', values),
    ...given('socket', values),
  })
  const { listen } = config
  const log = createLog(config.log)
  const hub = new Hub({
    folder,
    config,
    version: programVersion(),
    clock: systemClock,
    log,
    logLevel: config.log,
  })
  const stopping = waitForStop(log)
  const notify = new Notify({ clock: systemClock, log, env: inherited(), isHealthy: () => hub.responsive })
  notify.starting()
  const started = hub.start().then(() => true)
  // Once it is to stop, it is no matter that it did not start.
  started.catch(() => {})
  if (!(await Promise.race([started, stopping.signal.then(() => false)]))) {
    log.info({}, 'the hub stops before it had started')
    await hub.stop().catch(() => {})
    // Its engine may be in the middle of a check that takes minutes.
    endProcess(0, { threads: true })
  }
  const { tls, plain, http, socket } = hub.ports
  const ports = {
    pid: process.pid,
    tls,
    plain,
    http,
    host: askableHost(listen.http),
    socket: resolve(socket),
    base: config.base,
    pin: hub.pin,
  }
  keepHubPorts({ folder, ports, clock: systemClock, log })
  if (values['print-ready']) process.stdout.write(`${JSON.stringify({ ready: true, ...ports })}\n`)
  if (isWatched()) process.stderr.write(welcome({ folder, listen, ports: { tls, plain, http }, devices: hub.devices }))
  const since_process_ms = Math.round(process.uptime() * 1_000)
  log.info({ tls, plain, http, socket, folder, since_process_ms, start_ms: hub.startedIn }, 'the hub listens')
  await notify.start()
  const signal = await stopping.signal
  log.info({ signal }, 'the hub stops')
  await notify.stop()
  endProcess(...(await stop(hub, log)))
}

/** Its exit code, and whether something was left running. */
async function stop(hub: Hub, log: Log): Promise<[code: number, left: { threads: boolean }]> {
  const began = systemClock.mono()
  const took = () => Math.round(systemClock.mono() - began)
  try {
    await hub.stop()
    log.info({ took_ms: took() }, 'the hub has stopped')
    return [0, { threads: hub.opening }]
  } catch (error) {
    const parts = error instanceof AggregateError ? error.errors : [error]
    for (const part of parts.map(asError))
      log.error({ error: part.message, cause: asError(part.cause).message }, 'a part of the hub did not stop cleanly')
    log.warn({ took_ms: took() }, 'the hub has stopped; what had been acknowledged is on the disk')
    return [1, { threads: true }]
  }
}

/** Where this machine asks itself: a hub on all addresses is asked on loopback. */
function askableHost(address: string): string {
  const { host } = splitAddress(address)
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

async function health(folder: string, json: boolean): Promise<number> {
  const ports = readHubPorts(folder)
  if (ports === null)
    throw new LaresError('unreachable', `no hub has run in ${folder}`, { hint: 'Start it: lares hub --data DIR.' })
  const { http, host } = ports
  const response = await fetch(`http://${host}:${http}/health`, { signal: AbortSignal.timeout(5_000) }).catch(
    (cause: unknown) => {
      throw new LaresError('unreachable', 'the hub does not answer', {
        cause,
        hint: 'Is it running? Look at its journal: journalctl -u lares-hub.',
      })
    },
  )
  const answer = await response.text()
  const said = decode('hub-health', Buffer.from(answer))
  process.stdout.write(said.ok && !json ? healthWords(said.value, systemClock.now()) : answer)
  if (said.ok && said.value.state === 'attention') return EXIT.attention
  return response.ok ? EXIT.ok : EXIT.failed
}

/** The file that a verb is about. */
function needed(verb: string, name: 'to' | 'from', values: Values): string {
  const given = text(values[name])
  if (given !== undefined) return given
  throw new LaresError('bad_params', `lares hub ${verb} needs --${name}`, {
    hint: `Write lares hub ${verb} --${name} FILE.`,
  })
}

function text(value: string | number | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function given<N extends 'tls' | 'plain' | 'http' | 'socket'>(name: N, values: Values): Partial<Record<N, string>> {
  const value = text(values[name])
  return value === undefined ? {} : ({ [name]: value } as Record<N, string>)
}
