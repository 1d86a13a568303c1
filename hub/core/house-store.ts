import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Backoff } from '../../shared/backoff.ts'
import type { Ballast } from '../../shared/ballast.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { endProcess } from '../../shared/end-process.ts'
import { asError, canRetry, type ErrorCode, LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import { lockFolder } from '../../shared/sqlite/lock.ts'
import type { EngineSettings, ReadyFacts, StoreNumbers } from '../engine/engine-thread-messages.ts'
import type { Effect, StructuredInput, Verdict } from '../engine/input.ts'
import { Intake, NO_ROOM } from '../engine/intake.ts'
import type { Receipt } from '../engine/receipt.ts'
import { DiskFault, type EngineThread } from '../engine/thread.ts'
import type { ClockSync } from '../health/clock-sync.ts'
import type { Health } from '../health/hub-health.ts'
import { removeOtherCopies } from '../store/backup.ts'
import { noteDamage } from '../store/check-mark.ts'
import { backupFolder, storeFile } from '../store/places.ts'
import { BackupCopier } from './backup-copier.ts'
import { Backups } from './backups.ts'
import { DatabaseCheck } from './database-check.ts'
import { DatabaseScrub } from './database-scrub.ts'
import { houseThread } from './house-thread.ts'
import { thinBeforeOpening } from './thin-before-opening.ts'

export interface HouseStoreParts {
  folder: string
  /** The folder with the keys of what is sealed. */
  keys: string
  base: string
  version: string
  logLevel: string
  /** Whether this house has a central. */
  central: boolean
  /** The sections of features in `hub.toml`. */
  settings: Readonly<Record<string, unknown>>
  /** Whether the disk was full at start: then room is made first. */
  full: boolean
  /** The room that is kept for a full disk. */
  ballast: Pick<Ballast, 'release'>
  clock: Clock
  clockSync: ClockSync
  health: Health
  log: Log
  /** The engine's thread. Default: one of its own. */
  engine?: EngineThread
}

/** What a person mends while the hub says it: ending and starting again would not help, and would say it to nobody. */
const STAYS_UP = new Set<ErrorCode>(['corrupt_database', 'internal'])
const TICK_MS = 1_000
/** A database that could not be opened is tried again, first after this long. */
const RETRY_MS = 5_000
/** A check or a checkpoint of a slow card may take a while. */
const RESPONSIVE_MS = 120_000

/**
 * The database as the front sees it: the engine's thread, the intake before it, its backups.
 *
 * When the database cannot be opened, this starts all the same and says why: the hub then refuses devices with CONNACK 3,
 * and agents keep what they have and come back.
 */
export class HouseStore implements Service {
  readonly intake: Intake
  readonly backups: Backups
  /** To be done after each commit. Set before `start`. */
  onEffects: (effects: Effect[]) => void = () => {}
  onBatch: (inputs: number, commitMs: number) => void = () => {}
  /** Once a second, with the engine's share of it. */
  onLoad: (load: number) => void = () => {}
  /** The database could be opened at last, after `start`. Called before anything is taken. */
  onOpened: () => void = () => {}
  #parts: HouseStoreParts
  #engine: EngineThread
  #check: DatabaseCheck
  #scrub: DatabaseScrub
  #numbers: StoreNumbers = {
    commitMs: 0,
    walBytes: 0,
    ledger: { received: 0, applied: 0, duplicate: 0, rejected: 0 },
    failing: [],
    writes: {},
  }
  #failing: string[] = []
  #openFault: string | null = null
  #openFaultCode: ErrorCode = 'internal'
  /** It could not be opened because the disk was full. */
  #wasFull = false
  #answeredAt: number
  #workedMs = 0
  #facts: ReadyFacts | null = null
  #unlock: () => void = () => {}
  #stopTicking: Cancel = () => {}
  #tryLater: Cancel = () => {}
  #patience = new Backoff({ firstMs: RETRY_MS, capMs: 60_000 })

  constructor(parts: HouseStoreParts) {
    this.#parts = parts
    this.#answeredAt = parts.clock.mono()
    const { folder, clock, log, health, engine = houseThread() } = parts
    this.#engine = engine
    this.#engine.onDeath = (error) => {
      log.error({ error: error.message }, "the engine's thread died; the hub ends and is started anew")
      process.exit(70)
    }
    this.intake = new Intake({
      engine: this.#engine,
      clock,
      log: log.part('intake'),
      receipt: () => this.#receipt(),
      effects: (effects) => this.onEffects(effects),
      numbers: (numbers, inputs) => this.#note(numbers, inputs),
      degraded: (reason, code) => this.#degraded(reason, code),
      broken: (reason) => this.#broken(reason),
      full: { release: () => parts.ballast.release(), makeRoom: () => this.#makeRoom() },
    })
    const reads = { file: storeFile(folder), clock, health, onDamage: (found: string) => this.damaged(found) }
    this.#check = new DatabaseCheck({ ...reads, log: log.part('check') })
    this.#scrub = new DatabaseScrub({ ...reads, log: log.part('check'), checked: () => this.#check.over })
    const copier = new BackupCopier(folder, () => this.#check.over)
    this.backups = new Backups({
      backup: async (now, extent) => this.#counted(await copier.copy(now, extent)),
      drop: () => copier.drop(),
      removeOthers: (kept) => removeOtherCopies(backupFolder(folder), kept),
      owed: join(backupFolder(folder), 'owed'),
      clock,
      log: log.part('backup'),
      health,
    })
  }

  /** Why nothing can be stored, or `null`. */
  get fault(): string | null {
    return this.#openFault ?? this.intake.fault
  }

  /**
   * Hands something to the engine. Rejects where the database could not be opened: that is told already, and an engine that does not run
   * must not be told as a second fault.
   */
  async input<T = unknown>(input: StructuredInput): Promise<{ verdict: Verdict; value: T }> {
    if (this.#openFault !== null) throw new LaresError(this.#openFaultCode, this.#openFault)
    return await this.intake.input<T>(input)
  }

  /** What the store knew at start; `null` when it could not be opened. */
  get facts(): ReadyFacts | null {
    return this.#facts
  }

  /** Whether the engine answers; a hub whose engine hangs is better started anew. A full disk is no reason for that. */
  get responsive(): boolean {
    return this.#facts === null || this.#parts.clock.mono() - this.#answeredAt < RESPONSIVE_MS
  }

  /** Whether the database is not open yet; the thread that opens it may not end when it is told to. */
  get opening(): boolean {
    return this.#facts === null
  }

  /** Nobody is served from now on, although the database is open: something of it cannot be used. */
  refuseAll(what: string, error: Error): void {
    this.#openFault = `${what}: ${error.message}`
    this.#parts.health.raise('store', 'internal', this.#openFault, { weight: 'serious' })
    this.#parts.log.error({ error: error.stack }, what)
  }

  /** Somebody met damage in the database. Whoever starts the hub again gets its backup, or one that says that it has none. */
  damaged(met: string): never {
    const file = storeFile(this.#parts.folder)
    noteDamage(file, met)
    const then = 'the hub ends, and its next start checks all of it before it serves anybody'
    this.#parts.log.error({ file, met }, `the database is damaged: ${then}`)
    endProcess(70, { threads: true })
  }

  get numbers(): StoreNumbers {
    return this.#numbers
  }

  async start(): Promise<void> {
    const { folder, full, log } = this.#parts
    this.#unlock = lockFolder(join(folder, 'lock.db'))
    log.info({ folder }, 'the hub opens its database')
    this.#opened(await this.#open())
    if (this.#facts && full && !(await this.#makeRoom())) this.#waitForRoom()
  }

  /** Resolves when everything that was taken is on the disk and the database is closed. */
  async stop(): Promise<void> {
    this.#stopTicking()
    this.#tryLater()
    if (!this.#facts) {
      // Opening can take minutes, for a check or a migration. Nothing was taken yet, and the next start opens it anew.
      void this.#engine.abandon().then(() => this.#unlock())
      return
    }
    try {
      // First: it takes reads of the database, and the disk, from what is still to be written.
      this.backups.stop()
      this.#check.stop()
      this.#scrub.stop()
      await this.intake.close()
      await this.#engine.stop(this.#receipt())
    } finally {
      this.#unlock()
    }
  }

  #opened(facts: ReadyFacts | null): void {
    const { clock, health } = this.#parts
    this.#facts = facts
    if (!facts) return
    for (const told of facts.toTell) health.raise(`store: ${told}`, 'set_aside', told)
    if (facts.unchecked) this.#check.start()
    this.backups.start()
    this.#scrub.start()
    this.#stopTicking = clock.every(TICK_MS, () => {
      const load = Math.min(1, this.#workedMs / TICK_MS)
      this.#scrub.loaded(load)
      this.onLoad(load)
      this.#workedMs = 0
      if (this.intake.fault !== null) this.#answeredAt = clock.mono()
      void this.intake.tick()
    })
  }

  #counted(file: string): string {
    this.intake
      .input({ kind: 'written', cause: 'backups', bytes: statSync(file).size })
      .catch((error: unknown) => this.#parts.log.debug({ error: asError(error).message }, 'a backup was not counted'))
    return file
  }

  #makeRoom(): Promise<boolean> {
    const { folder, clock, log } = this.#parts
    return thinBeforeOpening({ folder, intake: this.intake, clock, log })
  }

  /** Nobody is let in until there is room to thin with, and to take what they bring. */
  #waitForRoom(): void {
    this.intake.suspend(new DiskFault(NO_ROOM, 'disk_full'))
  }

  #settings(): EngineSettings {
    const { folder, keys, base, version, logLevel, central, settings: sections } = this.#parts
    return { folder, keys, base, version, logLevel, central, sections, receipt: this.#receipt() }
  }

  #receipt(): Receipt {
    return { now: this.#parts.clock.now(), clockSynced: this.#parts.clockSync.synced }
  }

  async #open(): Promise<ReadyFacts | null> {
    try {
      return await this.#engine.start(this.#settings())
    } catch (error) {
      const tellable = error instanceof LaresError && (canRetry(error) || STAYS_UP.has(error.code))
      if (!tellable) throw error
      if (this.#openFault !== error.message)
        this.#parts.log.error({ code: error.code, hint: error.hint }, error.message)
      this.#openFault = error.message
      this.#openFaultCode = error.code
      this.#parts.health.raise('store', error.code, error.message, { weight: 'serious' })
      this.#wasFull = error.code === 'disk_full'
      if (canRetry(error)) this.#openLater()
      return null
    }
  }

  /** A disk may get room and a lock may be let go: whoever is in the way, no restart is needed afterwards. */
  #openLater(): void {
    this.#tryLater = this.#parts.clock.after(this.#patience.next(), () => {
      this.#open().then(
        (facts) => {
          if (!facts) return
          this.#opened(facts)
          this.#openFault = null
          if (this.#wasFull) this.#waitForRoom()
          this.#parts.health.clear('store')
          // In the same turn: nobody can come in before what is loaded is there.
          this.onOpened()
          this.#parts.log.info({}, 'the database could be opened: intake begins')
        },
        (error: unknown) => this.#parts.log.error({ error: asError(error).message }, 'the database cannot be opened'),
      )
    })
  }

  #note(numbers: StoreNumbers, inputs: number): void {
    this.#answeredAt = this.#parts.clock.mono()
    this.#workedMs += numbers.commitMs
    const before = this.#numbers
    this.#numbers = { ...before, ...numbers, commitMs: numbers.commitMs || before.commitMs }
    this.#tellFailing(numbers)
    this.onBatch(inputs, numbers.commitMs)
  }

  #tellFailing({ failing }: StoreNumbers): void {
    const { health } = this.#parts
    for (const feature of this.#failing)
      if (!failing.some((one) => one.feature === feature)) health.clear(`feature:${feature}`)
    for (const { feature, reason } of failing)
      health.raise(`feature:${feature}`, 'part_failed', `the hub's part "${feature}" failed: ${reason}`)
    this.#failing = failing.map(({ feature }) => feature)
  }

  #broken(reason: string | null): void {
    const { health } = this.#parts
    if (reason === null) health.clear('engine')
    else health.raise('engine', 'internal', `the hub failed at what it was sent, and acknowledged nothing: ${reason}`)
  }

  #degraded(reason: string | null, code: ErrorCode = 'disk_error'): void {
    const { health } = this.#parts
    if (reason !== null && code === 'corrupt_database') this.damaged(reason)
    if (reason === null) health.clear('disk')
    else health.raise('disk', code, `the hub cannot store: ${reason}`, { weight: 'serious' })
  }
}
