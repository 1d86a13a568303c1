import { PER_PRINCIPAL } from '../../shared/limits.ts'
import type { Database, Statement } from '../../shared/sqlite/open.ts'
import { CarriedPositions, type CarriedPositionsState } from './carried-positions.ts'
import { messageMark } from './message-mark.ts'

interface Position {
  /** Key of its row; `null`: there is none yet. */
  id: number | null
  last: number
  dirty: boolean
}

type Lane = 'urgent' | 'live' | 'backlog'

/** One outbox of one device. */
interface Stream {
  device: string
  /** It has rows, as far as was looked. */
  known: boolean
  epoch: string
  positions: { [lane in Lane]?: Position }
  /** What the device is owed after the batch. */
  ack: PendingAck | null
}

/** What an `ack` will say about one device and epoch. */
export interface PendingAck {
  device: string
  epoch: string
  upto: { urgent?: number; live?: number; backlog?: number }
  rejected: { lane: Lane; seq: number; code: string; hint: string }[]
}

const REJECTED_PER_ACK = 100
/** Streams held in memory; the table has them all. */
const STREAMS_IN_MEMORY = 10_000

/**
 * How far each outbox lane of each device has been applied. At or below the position is a duplicate: it is acknowledged
 * and has no effect. Within a lane the agent sends ascending, so one number is enough; between lanes it chooses,
 * so one number for all would acknowledge rows that never came.
 *
 * A message that writes rows of its own has them carry the position: no page is written for that alone.
 *
 * A device may make as many epochs as it likes; the newest few are remembered, so that one that makes an epoch for every
 * message harms nobody: what it sends again under a forgotten one counts as new.
 */
export class DeviceStreams {
  #streams = new Map<string, Stream>()
  /** The stream each device used last, which is nearly always the next: a key need not be made for every message. */
  #current = new Map<string, Stream>()
  #dirty: { stream: Stream; lane: Lane; position: Position }[] = []
  #owing: Stream[] = []
  #carried: CarriedPositions
  #read: Statement
  #move: Statement
  #write: Statement
  #add: Statement
  #lanes: Statement
  #prune: Statement
  /** Devices with an epoch of which there was no row. */
  #grown = new Set<string>()

  constructor(db: Database) {
    this.#carried = new CarriedPositions(db)
    this.#read = db
      .prepare('SELECT id, last_seq FROM device_streams WHERE device_id = ? AND epoch = ? AND lane = ?')
      .raw()
    this.#lanes = db.prepare('SELECT id, lane, last_seq FROM device_streams WHERE device_id = ? AND epoch = ?').raw()
    // An upsert takes a key even where it only updates: a page for each of them, and keys of lanes that can be marked are few.
    this.#move = db.prepare('UPDATE device_streams SET last_seq = ?, updated_at = ? WHERE id = ?')
    this.#write = db
      .prepare(
        'INSERT INTO device_streams (device_id, epoch, lane, last_seq, updated_at) VALUES (?, ?, ?, ?, ?) ' +
          'ON CONFLICT (device_id, epoch, lane) DO UPDATE SET last_seq = excluded.last_seq, updated_at = excluded.updated_at ' +
          'RETURNING id',
      )
      .pluck()
    this.#add = db.prepare(
      'INSERT INTO device_streams (device_id, epoch, lane, last_seq, updated_at) VALUES (?, ?, ?, 0, ?)',
    )
    this.#prune = db.prepare(
      'DELETE FROM device_streams WHERE device_id = ? AND epoch NOT IN (SELECT epoch FROM device_streams ' +
        `WHERE device_id = ? GROUP BY epoch ORDER BY max(updated_at) DESC, max(rowid) DESC LIMIT ${PER_PRINCIPAL.epochs})`,
    )
  }

  /** Moves the position to `seq` and notes the ack. False when the message is a duplicate. */
  advance(device: string, epoch: string, at: { lane: Lane; seq: number }): boolean {
    const { lane, seq } = at
    const stream = this.#stream(device, epoch)
    const position = stream.positions[lane] ?? this.#load(stream, lane)
    const fresh = seq > position.last
    if (fresh) {
      position.last = seq
      if (!position.dirty) {
        position.dirty = true
        this.#dirty.push({ stream, lane, position })
      }
    }
    this.#ack(stream).upto[lane] = position.last
    return fresh
  }

  /**
   * The mark that a row of the message which moved the position last is to carry: then the position is not written for itself.
   * `null`: it is.
   */
  carry(device: string, epoch: string, { lane, now }: { lane: Lane; now: number }): number | null {
    const stream = this.#stream(device, epoch)
    const position = stream.positions[lane]
    if (!position) return null
    position.id ??= Number(this.#add.run(device, epoch, lane, now).lastInsertRowid)
    const mark = messageMark(position.id, position.last)
    if (mark === null) return null
    position.dirty = false
    this.#carried.move(position.id, position.last)
    return mark
  }

  /** Tells the device that a row was refused. It counts as handled. */
  refuse(device: string, epoch: string, refusal: PendingAck['rejected'][number]): void {
    const { rejected } = this.#ack(this.#stream(device, epoch))
    if (rejected.length < REJECTED_PER_ACK) rejected.push(refusal)
  }

  /** After a birth the device learns how far the hub is, so that an ack that was lost costs nothing. */
  tell(device: string, epoch: string): void {
    const stream = this.#stream(device, epoch)
    const { upto } = this.#ack(stream)
    for (const [id, lane, last] of this.#lanes.all(device, epoch) as [number, Lane, number][]) {
      const known = stream.positions[lane]?.last ?? this.#carried.last(id, last)
      if (known > 0) upto[lane] = known
    }
  }

  /** Writes the moved positions that no row carries. Call before the commit. */
  flush(now: number): void {
    for (const { stream, lane, position } of this.#dirty) {
      if (!position.dirty) continue
      if (position.id === null || this.#move.run(position.last, now, position.id).changes === 0)
        position.id = Number(this.#write.get(stream.device, stream.epoch, lane, position.last, now))
      position.dirty = false
    }
    this.#dirty = []
    // The newest epochs are those that moved last, also where only rows say so.
    if (this.#grown.size > 0) this.#carried.settle(now)
    for (const device of this.#grown) this.#forgetOldest(device)
    this.#grown.clear()
  }

  /** Writes the positions that rows carry into the table, so that those rows may go. Call after `flush`, before the commit. */
  settle(now: number): void {
    this.#carried.settle(now)
  }

  committed(): void {
    this.#carried.committed()
  }

  /** The acks of the batch, to be sent after the commit. */
  takeAcks(): PendingAck[] {
    const acks = this.#owing.flatMap(({ ack }) => ack ?? [])
    for (const stream of this.#owing) stream.ack = null
    this.#owing = []
    if (this.#streams.size > STREAMS_IN_MEMORY) this.#clear()
    return acks
  }

  /** After a rollback the table and the rows that were committed are right. */
  forget(): void {
    this.#clear()
    this.#carried.forget()
  }

  /** Remembers what rows carry before an input that may be undone. */
  mark(): CarriedPositionsState {
    return this.#carried.mark()
  }

  /** After the rollback of one input: what others of the batch are owed stays, and what their rows carry. */
  back(to: CarriedPositionsState): void {
    this.#carried.back(to)
    this.forgetPositions()
  }

  /** The same where nothing that carries a position was undone. */
  forgetPositions(): void {
    for (const stream of this.#streams.values()) {
      stream.positions = {}
      stream.known = false
    }
    this.#grown.clear()
    this.#dirty = []
  }

  #load(stream: Stream, lane: Lane): Position {
    const [id, last] = (this.#read.get(stream.device, stream.epoch, lane) as [number, number] | undefined) ?? [null, 0]
    if (id === null && !stream.known) this.#grown.add(stream.device)
    stream.known = true
    const position = { id, last: id === null ? 0 : this.#carried.last(id, last), dirty: false }
    stream.positions[lane] = position
    return position
  }

  /** Keys that are in memory may be those of rows that went. */
  #forgetOldest(device: string): void {
    if (this.#prune.run(device, device).changes === 0) return
    for (const stream of this.#streams.values()) {
      if (stream.device !== device) continue
      stream.positions = {}
      stream.known = false
    }
  }

  #clear(): void {
    this.#streams.clear()
    this.#current.clear()
    this.#grown.clear()
    this.#dirty = []
    this.#owing = []
  }

  #stream(device: string, epoch: string): Stream {
    const current = this.#current.get(device)
    if (current?.epoch === epoch) return current
    const key = `${device}\n${epoch}`
    let stream = this.#streams.get(key)
    if (!stream) {
      stream = { device, epoch, known: false, positions: {}, ack: null }
      this.#streams.set(key, stream)
    }
    this.#current.set(device, stream)
    return stream
  }

  #ack(stream: Stream): PendingAck {
    if (stream.ack) return stream.ack
    const { device, epoch } = stream
    stream.ack = { device, epoch, upto: {}, rejected: [] }
    this.#owing.push(stream)
    return stream.ack
  }
}
