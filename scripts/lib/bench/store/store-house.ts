import { closeSync, fdatasyncSync, fsyncSync, futimesSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { OpenHouse } from '../../../../hub/core/open-house.ts'
import type { StructuredInput } from '../../../../hub/engine/input.ts'
import type { Database } from '../../../../shared/sqlite/open.ts'
import type { DeviceMessage } from './house-messages.ts'
import type { Layout } from './layout.ts'
import { LogFrames } from './log-frames.ts'

const BASE = 'lares'

/** A house without a front: its engine over its database, with every time handed in. */
export class StoreHouse {
  readonly db: Database
  #layout: Layout
  #house: OpenHouse
  #frames: LogFrames
  #log: number
  /** Whether the last message of a kind wrote anything. */
  #wrote = new Map<string, boolean>()

  /** `now`: wall clock of its start. */
  constructor(layout: Layout, { folder, now }: { folder: string; now: number }) {
    this.#layout = layout
    const settings = {
      folder,
      keys: join(folder, 'keys'),
      base: BASE,
      version: 'bench',
      logLevel: 'error',
      central: false,
      sections: {},
    }
    this.#house = layout.openHouse({ ...settings, receipt: receiptAt(now) }, layout.silentLog)
    this.db = this.#house.store.db
    this.#frames = new LogFrames(this.db.name)
    this.#log = openSync(`${this.db.name}-wal`, 'r+')
  }

  /** Devices that nobody has to let in. */
  addDevices(devices: readonly string[], now: number): void {
    const house = this.db.prepare('SELECT id FROM houses LIMIT 1').pluck().get()
    const add = this.db.prepare(
      'INSERT INTO devices (id, house_id, name, device_class, integration_type, auth_token_hash, status_since, discovery_method, created_at, updated_at) ' +
        "VALUES (?, ?, ?, 'sensor', 'mqtt', 'none', ?, 'manual', ?, ?)",
    )
    for (const device of devices) add.run(device, house, device, now, now, now)
    this.#frames.added()
  }

  /** Takes messages in, in one commit. Returns how many frames it wrote to the log. Throws when one was not stored. */
  send(messages: readonly DeviceMessage[], now: number): number {
    const writer = new this.#layout.BatchWriter()
    for (const { device, topic, payload } of messages)
      writer.message(`${BASE}/${device}/${topic}`, Buffer.from(payload))
    const batch = writer.finish()
    const { verdicts } = this.#house.engine.process(batch, receiptAt(now))
    if (verdicts.some((verdict) => verdict !== 0)) throw new Error(`the house did not store ${messages[0]?.payload}`)
    return this.#frames.added()
  }

  /** A message that comes alone, as long after the last one as the times say. */
  sendAlone(message: DeviceMessage, now: number): number {
    if (this.#wrote.get(message.topic) !== false) this.#passTime(now)
    const frames = this.send([message], now)
    this.#wrote.set(message.topic, frames > 0)
    return frames
  }

  /** What the front asks of the engine, in one commit. Returns the frames that it wrote. */
  ask(input: StructuredInput, now: number): number {
    const writer = new this.#layout.BatchWriter()
    writer.input(input)
    this.#house.engine.process(writer.finish(), receiptAt(now))
    return this.#frames.added()
  }

  /** Returns the frames that it wrote. */
  tick(now: number): number {
    this.#house.engine.tick(receiptAt(now))
    return this.#frames.added()
  }

  /** What the engine's thread does after a batch that took so many bytes. */
  afterBatch(bytes: number): void {
    this.#house.checkpointer.after(bytes)
  }

  /** What the engine's thread does after a tick. Returns the frames that giving pages back wrote. */
  afterTick(): number {
    const { checkpointer, freePages } = this.#house
    checkpointer.after(0)
    checkpointer.note(freePages.release())
    return this.#frames.added()
  }

  /** Moves the log into the database: the next commit writes over its beginning, as most do. */
  checkpoint(): void {
    this.#house.checkpointer.run()
  }

  /** Ticks of as many seconds. Returns the time after them. */
  settle(now: number, seconds: number): number {
    for (let second = 1; second <= seconds; second += 1) {
      this.tick(now + second * 1_000)
      this.afterTick()
    }
    return now + seconds * 1_000
  }

  /** What the kernel does every 30 s, `vm.dirty_expire_centisecs`: it writes what a mapping changed. The log's index is one. */
  writeMapping(): void {
    fdatasyncSync(this.#frames.fd)
  }

  /** What ext4 does every 5 s, its option `commit`: times of the log's file that no commit made durable are made so. */
  writeTimes(): void {
    fsyncSync(this.#log)
  }

  close(now: number): void {
    this.#house.engine.stop(receiptAt(now))
    this.#house.store.close()
    this.#frames.close()
    closeSync(this.#log)
  }

  /**
   * Files have their times in steps of some milliseconds: commits that follow each other faster than those of a real house leave
   * the time of the log as it is, and then `fsync` has nothing to write but the pages.
   */
  #passTime(now: number): void {
    futimesSync(this.#log, now / 1_000, now / 1_000)
  }
}

function receiptAt(now: number): { now: number; clockSynced: boolean; mono: number } {
  return { now, clockSynced: true, mono: now }
}
