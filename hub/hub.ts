import { mkdirSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Cancel, Clock } from '../shared/clock.ts'
import { canRetry, LaresError } from '../shared/errors.ts'
import type { Service } from '../shared/lifecycle.ts'
import { Lifecycle } from '../shared/lifecycle.ts'
import type { Log } from '../shared/log.ts'
import type { AdminResponse } from '../shared/messages/admin-response.ts'
import { lockFolder } from '../shared/sqlite/lock.ts'
import { topicsBelow } from '../shared/topics.ts'
import { AdminDoor } from './admin/door.ts'
import { Reader } from './admin/reader.ts'
import { Backups } from './backups.ts'
import { HouseHooks } from './broker/house-hooks.ts'
import { Listeners } from './broker/listeners.ts'
import { BrokerPersistence } from './broker/persistence.ts'
import { TrustedBroker } from './broker/trusted-broker.ts'
import { type Certificate, loadCertificate } from './certificate.ts'
import { clockSynced } from './clock-sync.ts'
import type { HubConfig } from './config.ts'
import { Effects } from './effects.ts'
import type { Receipt } from './engine/engine.ts'
import type { Effect } from './engine/input.ts'
import { Intake } from './engine/intake.ts'
import type { Admission } from './engine/principal.ts'
import { EngineThread } from './engine/thread.ts'
import type { ReadyFacts, StoreNumbers } from './engine/thread-messages.ts'
import { Health } from './hub-health.ts'
import { LiveDevices } from './live-devices.ts'
import { storeFile } from './store/open-store.ts'
import { TurnRecorder } from './voice/turn-recorder.ts'
import { VoiceIntake } from './voice-intake.ts'
import { LoopLag } from './web/loop-lag.ts'
import { hubMetrics } from './web/metrics.ts'
import { WebServer } from './web/server.ts'

export interface HubOptions {
  folder: string
  config: HubConfig
  version: string
  clock: Clock
  log: Log
  logLevel: string
}

const TICK_MS = 1_000
const CLOCK_CHECK_MS = 60_000
const HEALTH_PUBLISH_MS = 60_000

/** Where the hub can be reached once it runs. */
export interface HubPorts {
  tls: number
  plain: number
  http: number
  socket: string
}

/**
 * One house's hub: every socket on this thread, the database in the engine's thread.
 *
 * When the database cannot be opened, the hub still listens, refuses devices with CONNACK 3 and says in its health why:
 * agents keep what they have and come back.
 */
export class Hub implements Service {
  #options: HubOptions
  #parts = new Lifecycle()
  #health = new Health()
  #synced: boolean | null = null
  #numbers: StoreNumbers = { commitMs: 0, walBytes: 0, ledger: { received: 0, applied: 0, duplicate: 0, rejected: 0 } }
  #houses = new Map<string, string>()
  #storeFault: string | null = null
  #ports: HubPorts | null = null
  #pin = ''

  constructor(options: HubOptions) {
    this.#options = options
  }

  get ports(): HubPorts {
    if (!this.#ports) throw new Error('the hub does not run')
    return this.#ports
  }

  /** SHA-256 of the hub's public key, base64url. */
  get pin(): string {
    return this.#pin
  }

  get healthy(): boolean {
    return this.#health.report(0, null).state === 'ok'
  }

  async start(): Promise<void> {
    const { folder, config } = this.#options
    mkdirSync(folder, { recursive: true, mode: 0o750 })
    const release = lockFolder(join(folder, 'lock.db'))
    this.#parts.add('lock', { start() {}, stop: release })
    this.#synced = await clockSynced()
    const certificate = await loadCertificate(folder, config.tls)
    this.#pin = certificate.pin
    await this.#compose(certificate)
    await this.#parts.start()
  }

  async stop(): Promise<void> {
    await this.#parts.stop()
  }
  /** Everything in the order in which it starts; it stops in reverse. */
  async #compose(certificate: Certificate): Promise<void> {
    const { folder, config, clock, log, version, logLevel } = this.#options
    const topics = topicsBelow(config.base)
    const receipt = (): Receipt => ({ now: clock.now(), clockSynced: this.#synced })
    const settings = { folder, base: config.base, version, logLevel, receipt: receipt() }
    const engine = new EngineThread(settings, new URL('./house-worker.ts', import.meta.url))
    engine.onDeath = (error) => {
      log.error({ error: error.message }, "the engine's thread died; the hub ends and is started anew")
      process.exit(70)
    }
    const health = this.#health
    const metrics = hubMetrics({
      connected: () => broker.stats().connected,
      connections: () => broker.stats().connections,
      queueDepth: () => intake.depth,
      walBytes: () => this.#numbers.walBytes,
      ledger: () => this.#numbers.ledger,
      denials: () => hooks.denials.counts,
      violations: () => broker.stats().violations,
      hookFailures: () => broker.stats().hookFailures,
      loopLagP99Ms: () => lag.p99Ms(),
      audio: () => recorder.stats(),
      degraded: () => !this.healthy,
    })
    const intake = new Intake({
      engine,
      clock,
      log: log.part('intake'),
      receipt,
      effects: (effects) => outward.perform(effects),
      numbers: (numbers, inputs) => {
        this.#numbers = { ...numbers, commitMs: numbers.commitMs || this.#numbers.commitMs }
        metrics.batch(inputs, numbers.commitMs)
      },
      degraded: (reason) => {
        if (reason === null) health.clear('disk')
        else health.raise('disk', /FULL/.test(reason) ? 'disk_full' : 'disk_error', `the hub cannot store: ${reason}`)
      },
    })
    const persistence = new BrokerPersistence({
      clock,
      retain: (topic) => topic.startsWith(`${config.base}/`) || topic.startsWith('homeassistant/'),
      // What the hub retains itself is derived from tables at start; only others' messages are kept.
      journal: (change) => {
        if ((change.kind === 'retain' || change.kind === 'unretain') && change.topic.startsWith(`${config.base}/`))
          return
        intake
          .input({ kind: 'broker', change })
          .catch(() => log.debug({}, 'a change of the broker was not stored: intake is closed'))
      },
    })
    const recorder = new TurnRecorder({
      folder: join(folder, 'clips'),
      clock,
      log: log.part('voice'),
      closed: (turn) => voice.closed(turn),
    })
    const voice = new VoiceIntake({ recorder, intake, log: log.part('voice') })
    const door = new AdminDoor({
      run: (input) => {
        if (!['status', 'list', 'show'].includes(input.verb)) backups.soon()
        return intake.input(input)
      },
      query: ({ area, verb, caller }, params) => reader.ask({ area, verb, params, caller, now: clock.now() }),
      note: (input) => void intake.input(input).catch(() => log.debug({}, 'a request was not noted: intake is closed')),
      publish: (client, { area, verb }, response: AdminResponse) => {
        const topic = topics.build('adminResponse', { client, area, verb })
        outward.perform([{ kind: 'publish', topic, payload: JSON.stringify(response), qos: 1, retain: false }])
      },
      prepareContext: (caller) => ({
        caller,
        now: clock.now(),
        clockSynced: this.#synced,
        hub: { addresses: addressesOf(config, listeners.ports.tls), pin: certificate.pin },
        front: () => ({
          health: health.report(clock.now(), this.#synced),
          devices: live.all(),
          broker: broker.stats(),
          queue_depth: intake.depth,
          wal_bytes: this.#numbers.walBytes,
          commit_ms: this.#numbers.commitMs,
          audio: recorder.stats(),
          rss_mb: Math.round(process.memoryUsage.rss() / 1e6),
        }),
      }),
      log: log.part('admin'),
    })
    const hooks = new HouseHooks({
      topics,
      log: log.part('access'),
      fault: () => this.#storeFault ?? intake.fault,
      authenticate: async (credentials) => {
        const { value } = await intake.input<Admission>({ kind: 'authenticate', credentials })
        if ('accept' in value && value.accept.kind === 'device') this.#houses.set(value.accept.id, value.accept.house)
        return value
      },
      store: (topic, payload, settle) => intake.message(topic, payload, settle),
      reject: (device, message, settle) => {
        intake.input({ kind: 'reject', device, ...message }).then(
          ({ verdict }) => settle(verdict),
          () => settle('fault'),
        )
      },
      stored: (device, topic) => live.note(device, topic === 'heartbeat'),
      turn: (device, message, settle) => voice.turn(device, message, settle),
      frame: (device, turn, payload) => void recorder.frame(device, turn, payload),
      request: (levels, message) => void door.request(levels, message),
      join: (client, payload, settle) => {
        backups.soon()
        intake.input({ kind: 'join', client, payload }).then(
          ({ verdict }) => settle(verdict),
          () => settle('fault'),
        )
      },
      presence: (change) => {
        intake
          .input({ kind: 'presence', ...change })
          .catch(() => log.debug({}, 'a presence was not stored: intake is closed'))
      },
      houseOf: (device) => this.#houses.get(device) ?? null,
    })
    const broker = new TrustedBroker({ hooks, clock, log, persistence })
    const outward = new Effects({ broker, clips: recorder, log: log.part('effects') })
    const backups = new Backups({ backup: (now) => engine.backup(now), clock, log: log.part('backup'), health })
    const reader = new Reader(storeFile(folder), clock)
    const lag = new LoopLag(clock)
    const live = new LiveDevices(clock)
    const socket = config.listen.socket ?? join(folder, 'hub.sock')
    const listeners = new Listeners({
      ...config.listen,
      socket,
      certificate,
      log,
      handle: (peer, details) => broker.handle(peer, details),
    })
    const web = new WebServer({
      listen: config.listen.http,
      health: () => health.report(clock.now(), this.#synced),
      metrics: async () => ({ type: metrics.registry.contentType, text: await metrics.registry.metrics() }),
    })
    const announce = () => {
      const report = health.report(clock.now(), this.#synced)
      outward.perform([
        {
          kind: 'publish',
          topic: topics.build('hubHealth', {}),
          payload: JSON.stringify(report),
          qos: 1,
          retain: true,
        },
      ])
    }

    let facts: ReadyFacts | null = null
    this.#parts.add('engine', {
      start: async () => {
        facts = await this.#open(engine)
        for (const [device, house] of facts?.houses ?? []) this.#houses.set(device, house)
        if (facts) persistence.load(facts.brokerChanges)
      },
      stop: async () => {
        await intake.drained()
        await backups.stop()
        await engine.stop(receipt())
      },
    })
    this.#parts.add('recorder', recorder)
    this.#parts.add('reader', reader)
    this.#parts.add('broker', broker)
    this.#parts.add('outward', {
      start: () => {
        const started = clock.now()
        const info = JSON.stringify({ version, started, joining_until: null })
        const own: Effect[] = [
          { kind: 'publish', topic: topics.build('hubInfo', {}), payload: info, qos: 1, retain: true },
        ]
        outward.perform([...(facts?.effects ?? []), ...own])
        if (facts?.setAside)
          health.raise(
            'restored',
            'corrupt_database',
            `the damaged database was set aside as ${facts.setAside}; a backup took its place`,
          )
        health.onChange = announce
        announce()
      },
      stop() {},
    })
    this.#parts.add('listeners', listeners)
    this.#parts.add('web', web)
    this.#parts.add('lag', lag)
    this.#parts.add('backups', { start: () => backups.start(), stop() {} })
    this.#parts.add(
      'ticks',
      this.#ticks([
        [TICK_MS, () => void (this.#storeFault === null && intake.tick())],
        [CLOCK_CHECK_MS, () => void this.#checkClock()],
        [HEALTH_PUBLISH_MS, announce],
      ]),
    )
    this.#parts.add('ports', {
      start: () => {
        this.#ports = { ...listeners.ports, http: web.port, socket }
      },
      stop() {},
    })
  }

  /** `null` when the database cannot be opened and the hub should say so instead of ending. */
  async #open(engine: EngineThread): Promise<ReadyFacts | null> {
    try {
      return await engine.start()
    } catch (error) {
      if (!(error instanceof LaresError) || !(canRetry(error) || error.code === 'corrupt_database')) throw error
      this.#storeFault = error.message
      this.#health.raise('store', error.code, error.message)
      this.#options.log.error({ code: error.code, hint: error.hint }, error.message)
      return null
    }
  }

  async #checkClock(): Promise<void> {
    this.#synced = await clockSynced()
    if (this.#synced === false) this.#health.raise('clock', 'clock_unsynced', "the hub's clock follows no time source")
    else this.#health.clear('clock')
  }

  #ticks(jobs: [ms: number, run: () => void][]): Service {
    const cancels: Cancel[] = []
    const { clock } = this.#options
    return {
      start() {
        for (const [ms, run] of jobs) cancels.push(clock.every(ms, run))
      },
      stop() {
        for (const cancel of cancels.splice(0)) cancel()
      },
    }
  }
}

/** Addresses for join tokens: the configured ones, or those this machine listens on. */
function addressesOf(config: HubConfig, port: number): string[] {
  if (config.advertise.length > 0) return config.advertise
  const host = config.listen.tls.slice(0, config.listen.tls.lastIndexOf(':'))
  if (host !== '0.0.0.0' && host !== '[::]') return [`${host}:${port}`]
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const own = all
    .filter((address) => !address.internal && address.family === 'IPv4')
    .map((address) => `${address.address}:${port}`)
  return own.length > 0 ? own.slice(0, 8) : [`127.0.0.1:${port}`]
}
