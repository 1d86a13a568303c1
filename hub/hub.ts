import { join } from 'node:path'
import { Backoff } from '../shared/backoff.ts'
import { Ballast } from '../shared/ballast.ts'
import { contained } from '../shared/contained.ts'
import { asError, inOneLine } from '../shared/errors.ts'
import type { Service } from '../shared/lifecycle.ts'
import { Lifecycle } from '../shared/lifecycle.ts'
import { makeFolder } from '../shared/make-folder.ts'
import type { AdminResponse } from '../shared/messages/admin-response.ts'
import { topicsBelow } from '../shared/topics.ts'
import { Reader } from './admin/reader.ts'
import type { Dropped } from './broker/broker-counters.ts'
import { TrustedBroker } from './broker/trusted-broker.ts'
import { centralHealth, syncSettings } from './core/central.ts'
import { centralSetting } from './core/central-setting.ts'
import { HouseStore } from './core/house-store.ts'
import { LEAST_BYTES } from './core/thin-before-opening.ts'
import { clientSessionOf } from './engine/caller.ts'
import type { Effect } from './engine/input.ts'
import { Announcer } from './front/announcer.ts'
import { Effects } from './front/effects.ts'
import { brokerMemory, houseHooks } from './front/front.ts'
import { JobRunner } from './front/job-runner.ts'
import { LiveDevices } from './front/live-devices.ts'
import { tokensOf } from './front/tokens-in-use.ts'
import { ClockSync } from './health/clock-sync.ts'
import { DiskWatch } from './health/disk-watch.ts'
import { Health } from './health/hub-health.ts'
import { LoopLag } from './health/loop-lag.ts'
import { SlowReaders } from './health/slow-readers.ts'
import { storageFigures } from './health/storage-figures.ts'
import type { HubOptions } from './hub-options.ts'
import { reachOf, whileClosed } from './listen/addresses.ts'
import { type Certificate, loadCertificate } from './listen/certificate.ts'
import { Listeners } from './listen/listeners.ts'
import { storeFile } from './store/places.ts'
import { SyncThread } from './sync/sync-thread.ts'
import { TurnRecorder } from './voice/turn-recorder.ts'
import { VoiceIntake } from './voice/voice-intake.ts'
import { hubMetrics } from './web/metrics.ts'
import { SensorValues } from './web/sensor-values.ts'
import { WebServer } from './web/server.ts'

/** Where the hub can be reached once it runs. */
export interface ListeningPorts {
  tls: number
  plain: number
  http: number
  socket: string
}

/** Above this share of its time the engine is busy, and the upload stands back. */
const BUSY_LOAD = 0.3

/** What only has to let go stops at once or is left as it is: the process ends anyway. */
const STOP_MS = 500
/** What has something to write is given time: a slow card is no reason for an unclean end. systemd waits a minute. */
const WRITE_MS = 20_000

/** One house's hub: every socket on this thread, the database in the engine's thread. */
export class Hub implements Service {
  #options: HubOptions
  #parts: Lifecycle
  #ports: ListeningPorts | null = null
  #pin = ''
  #certificateMs = 0
  #store: HouseStore | null = null
  #ballast: Ballast
  /** The disk was full at start. */
  #full = false

  constructor(options: HubOptions) {
    this.#options = options
    this.#ballast = new Ballast({ folder: options.folder, bytes: LEAST_BYTES, log: options.log })
    this.#parts = new Lifecycle({ clock: options.clock, stopMs: STOP_MS })
  }

  /** Throws before `start`. */
  get ports(): ListeningPorts {
    if (!this.#ports) throw new Error('the hub does not run')
    return this.#ports
  }

  /** SHA-256 of the hub's public key, base64url. */
  get pin(): string {
    return this.#pin
  }

  /** How many devices it knew when it started. */
  get devices(): number {
    return this.#store?.facts?.houses.length ?? 0
  }

  async start(): Promise<void> {
    const { folder, config, clock } = this.#options
    makeFolder(folder, 0o750)
    this.#full = this.#ballast.release()
    const since = clock.mono()
    const certificate = await loadCertificate(folder, config.tls)
    this.#certificateMs = Math.round(clock.mono() - since)
    this.#pin = certificate.pin
    this.#compose(certificate)
    await this.#parts.start()
  }

  /** Where the time of its start went, milliseconds by part. */
  get startedIn(): Record<string, number> {
    return { certificate: this.#certificateMs, ...Object.fromEntries(this.#parts.tookMs) }
  }

  /** Whether its parts answer; the watchdog is fed only then. */
  get responsive(): boolean {
    return this.#store?.responsive ?? false
  }

  /** Whether a thread of it may be where nothing ends it, although everything that could stop has stopped. */
  get opening(): boolean {
    return this.#store?.opening ?? false
  }

  /** Throws what did not stop, each with its part's name, after everything else did. Bounded. */
  async stop(): Promise<void> {
    await this.#parts.stop()
  }

  /** Everything in the order in which it starts; it stops in reverse. */
  #compose(certificate: Certificate): void {
    const { folder, config, clock, log, version, logLevel } = this.#options
    const topics = topicsBelow(config.base)
    const health = new Health()
    const clockSync = new ClockSync(clock, health)
    const houses = new Map<string, string>()
    const live = new LiveDevices(clock)
    const lag = new LoopLag(clock)
    const central = centralSetting(config, folder)
    if (central.fault !== null) health.raise('central', 'bad_central', central.fault)
    const store = new HouseStore({
      folder,
      base: config.base,
      version,
      logLevel,
      // Rows that a central is to get wait for it, also while nobody can tell where it is.
      central: central.url !== null || central.fault !== null,
      full: this.#full,
      ballast: this.#ballast,
      clock,
      clockSync,
      health,
      log,
    })
    this.#store = store
    const recorder: TurnRecorder = new TurnRecorder({
      folder: join(folder, 'clips'),
      clock,
      log: log.part('voice'),
      closed: (turn) => voice.closed(turn),
    })
    const voice = new VoiceIntake({ recorder, intake: store.intake, log: log.part('voice') })
    const reader = new Reader(storeFile(folder), clock)
    const sync = new SyncThread({
      settings: () => syncSettings({ url: central.url, facts: store.facts, options: this.#options }),
      fault: central.fault,
      async persist(step) {
        const { value } = await store.intake.input({ kind: 'sync', change: step })
        return value
      },
      clock,
      log: log.part('sync'),
      onChange: (status) => centralHealth(health, status),
    })
    const report = () => health.report(clock.now(), clockSync.synced)
    const hooks = houseHooks({
      topics,
      clock,
      log,
      store,
      voice,
      frame: (device, turn, payload) => void recorder.frame(device, turn, payload),
      live,
      houses,
      door: {
        clock,
        log: log.part('admin'),
        query: ({ area, verb, caller, deadline }, params) =>
          reader.ask({ area, verb, params, caller, now: clock.now(), deadline }),
        danger: async ({ area, verb, caller, deadline }, params) =>
          (await reader.ask({ area, verb, params, caller, now: clock.now(), deadline, danger: true })) as string | null,
        publish(caller, { area, verb }, response: AdminResponse) {
          const topic = topics.build('adminResponse', { client: caller.client, area, verb })
          const payload = JSON.stringify(response)
          outward.perform([{ kind: 'publish', topic, payload, qos: 1, retain: false, to: clientSessionOf(caller) }])
        },
        prepareContext: (caller) => ({
          caller,
          now: clock.now(),
          clockSynced: clockSync.synced,
          hub: {
            reach: () => whileClosed(reachOf(config, listeners.ports.tls), listeners.tls.failure),
            pin: certificate.pin,
          },
          verifyCentral: (question) => sync.verify(question),
          tokensInUse: () => tokensOf(broker.connections()),
          storage: () => storageFigures(folder, { clock }),
          front: () => ({
            health: report(),
            devices: live.all(),
            broker: broker.stats(),
            audio: recorder.stats(),
            sync: sync.status,
            queue_depth: store.intake.depth,
            wal_bytes: store.numbers.walBytes,
            commit_ms: Math.round(store.numbers.commitMs * 100) / 100,
            rss_mb: Math.round(process.memoryUsage.rss() / 1e6),
          }),
        }),
      },
    })
    const { memory, journal } = brokerMemory({ topics, clock, log, store })
    const readers = new SlowReaders(clock, health)
    const onDropped = (drop: Dropped) => readers.dropped(drop)
    const broker = new TrustedBroker({ hooks, clock, log, persistence: memory, onDropped })
    const jobs = new JobRunner({
      persist: (change) => store.intake.input({ kind: 'job', change }),
      isOpen: () => store.facts !== null,
      clock,
      log: log.part('jobs'),
      stuck: (reason) => (reason === null ? health.clear('jobs') : health.raise('jobs', 'part_failed', reason)),
    })
    const outward = new Effects({
      broker,
      clips: recorder,
      joining: (until) => announcer.joining(until),
      central: sync,
      health,
      jobs,
      ended: (who) => hooks.end(who),
      log: log.part('effects'),
    })
    const announcer: Announcer = new Announcer({
      topics,
      clock,
      health,
      version,
      report,
      perform: (effects) => outward.perform(effects),
    })
    const socket = config.listen.socket ?? join(folder, 'hub.sock')
    const listeners = new Listeners({
      ...config.listen,
      socket,
      certificate,
      log,
      admit: (remote, close) => broker.admit(remote, close),
      handle: (peer, details) => broker.handle(peer, details),
    })
    const values = new SensorValues(topics)
    const perform = (effects: Effect[]) => {
      values.note(effects)
      outward.perform(effects)
    }
    const metrics = hubMetrics({
      connected: () => broker.stats().connected,
      connections: () => broker.stats().connections,
      queueDepth: () => store.intake.depth,
      walBytes: () => store.numbers.walBytes,
      ledger: () => store.numbers.ledger,
      denials: () => hooks.denials.counts,
      violations: () => broker.stats().violations,
      hookFailures: () => broker.stats().hookFailures,
      loopLagP99Ms: () => lag.p99Ms(),
      audio: () => recorder.stats(),
      levels: () => (config.metrics.sensors ? recorder.levels() : []),
      degraded: () => store.fault !== null,
      dropped: () => ({ session_away: broker.stats().dropped, slow_reader: broker.stats().unread }),
      sensors: () => (config.metrics.sensors ? values.all() : []),
      sync: () => sync.status,
    })
    const web = new WebServer({
      listen: config.listen.http,
      log,
      health: report,
      metrics: async () => ({ type: metrics.registry.contentType, text: await metrics.registry.metrics() }),
    })
    const disk = new DiskWatch({
      folder,
      clock,
      health,
      log,
      intake: store.intake,
      fault: () => store.fault,
      ballast: this.#ballast,
    })
    reader.onDamage = (met) => store.damaged(met)
    store.onEffects = perform
    store.onLoad = (load) => sync.yield(load > BUSY_LOAD)
    store.onBatch = (inputs, commitMs) => metrics.batch(inputs, commitMs)

    /** A part that the house can do without: its failure is told, and the hub starts with the rest. */
    const spare = (name: string, service: Service) =>
      contained(name, service, {
        clock,
        log,
        failed(error) {
          if (error === null) health.clear(`part:${name}`)
          else
            health.raise(`part:${name}`, 'part_failed', `the hub's part "${name}" did not start: ${inOneLine(error)}`)
        },
      })
    /** What had the address may go, and a network may come after the hub. */
    const listener = (name: string, service: Service) =>
      contained(`listen ${name}`, service, {
        clock,
        log,
        failed(error) {
          if (error === null) health.clear(`listen:${name}`)
          else health.raise(`listen:${name}`, 'cannot_listen', inOneLine(error))
        },
        backoff: new Backoff({ firstMs: 5_000, capMs: 60_000 }),
      })

    this.#parts.add('clock', spare('clock', clockSync))
    this.#parts.add('store', store, WRITE_MS)
    this.#parts.add('recorder', spare('recorder', recorder), WRITE_MS)
    this.#parts.add('reader', reader)
    this.#parts.add('journal', journal)
    this.#parts.add('broker', broker)
    this.#parts.add('readers', readers)
    /** What others must see is there before the first of them connects. */
    const tellFacts = () => {
      for (const [device, house] of store.facts?.houses ?? []) houses.set(device, house)
      try {
        memory.load(store.facts?.brokerChanges ?? [])
      } catch (error) {
        // Sessions that nobody remembers must not be begun anew: their messages would be gone.
        store.refuseAll('the memory of the broker cannot be read', asError(error))
      }
      perform(store.facts?.effects ?? [])
    }
    store.onOpened = () => {
      tellFacts()
      sync.begin()
      jobs.begin()
      void disk.measure()
    }
    this.#parts.add('facts', {
      start: tellFacts,
      stop: () => outward.silence(),
    })
    this.#parts.add('announcer', spare('announcer', announcer))
    this.#parts.add('tls', listener('tls', listeners.tls))
    this.#parts.add('plain', listener('plain', listeners.plain))
    this.#parts.add('socket', listener('socket', listeners.local))
    this.#parts.add('listeners', { start: () => listeners.requireOne(), stop() {} })
    this.#parts.add('web', listener('http', web))
    this.#parts.add('sync', spare('sync', sync), 3 * STOP_MS)
    this.#parts.add('jobs', spare('jobs', jobs), 3 * STOP_MS)
    this.#parts.add('lag', spare('lag', lag))
    this.#parts.add('disk', spare('disk', disk))
    this.#parts.add('ports', {
      start: () => {
        this.#ports = { ...listeners.ports, http: web.port, socket }
      },
      stop() {},
    })
  }
}
