import { resolve } from 'node:path'
import { splitAddress } from '../shared/address.ts'
import { systemClock } from '../shared/clock.ts'
import { endProcess } from '../shared/end-process.ts'
import { inherited } from '../shared/environment.ts'
import { asError } from '../shared/errors.ts'
import { keepHubPorts } from '../shared/hub-ports.ts'
import { createLog, isWatched, type Log } from '../shared/log.ts'
import { Notify } from '../shared/notify.ts'
import { startAgain } from '../shared/start-again.ts'
import { waitForStop } from '../shared/stop-signal.ts'
import { programVersion } from '../shared/version.ts'
import { type HubConfig, readHubConfig } from './config.ts'
import type { EngineThread } from './engine/thread.ts'
import { Hub } from './hub.ts'
import { welcome } from './welcome.ts'

export interface HubRunOptions {
  /** The configuration; `undefined`: every key has its default. */
  file: string | undefined
  /** Where to listen, whatever the configuration says. */
  listening: Partial<HubConfig['listen']>
  /** Whether one line of JSON on standard output says that it listens. */
  printReady: boolean
  engine: EngineThread
}

/**
 * `lares hub run`: until a signal ends it. `engine` may be loading its program already. Throws what is wrong with the
 * configuration, and what keeps it from starting.
 */
export async function runHere(folder: string, { file, listening, printReady, engine }: HubRunOptions): Promise<number> {
  const config = readHubConfig(file, listening)
  const { listen } = config
  const log = createLog(config.log)
  const again = Promise.withResolvers<string>()
  const hub = new Hub({
    folder,
    config,
    ...(file === undefined ? {} : { configFile: resolve(file) }),
    version: programVersion(),
    clock: systemClock,
    log,
    logLevel: config.log,
    engine,
    startAgain: (why) => again.resolve(why),
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
  const { tls, plain, http, https, socket } = hub.ports
  const ports = {
    pid: process.pid,
    tls,
    plain,
    http,
    https,
    host: askableHost(listen.http),
    socket: resolve(socket),
    base: config.base,
    pin: hub.pin,
  }
  keepHubPorts({ folder, ports, clock: systemClock, log })
  if (printReady) process.stdout.write(`${JSON.stringify({ ready: true, ...ports })}\n`)
  if (isWatched()) {
    // Read by a person who sits there, and by nobody else: what is no terminal is a log.
    const setup = await hub.setupLink().catch(() => null)
    process.stderr.write(welcome({ folder, listen, ports: { tls, plain, http, https }, devices: hub.devices, setup }))
  }
  const since_process_ms = Math.round(process.uptime() * 1_000)
  log.info({ tls, plain, http, https, socket, folder, since_process_ms, start_ms: hub.startedIn }, 'the hub listens')
  await notify.start()
  const end = { isWanted: false }
  const ended = stopping.signal.then((signal) => {
    end.isWanted = true
    return signal
  })
  const why = await Promise.race([ended, again.promise])
  log.info({ why }, end.isWanted ? 'the hub stops' : 'the hub starts again')
  await (end.isWanted ? notify.stop() : notify.startingAgain())
  const how = await stop(hub, log)
  // Somebody may have wanted it to end meanwhile.
  if (!end.isWanted) startAgain()
  endProcess(...how)
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
