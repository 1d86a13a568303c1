import type { Database, Statement } from '../../shared/sqlite/open.ts'

interface Position {
  last: number
  dirty: boolean
}

type Lane = 'urgent' | 'live' | 'backlog'

/** What an `ack` will say about one device and epoch. */
export interface PendingAck {
  device: string
  epoch: string
  upto: { urgent?: number; live?: number; backlog?: number }
  rejected: { lane: Lane; seq: number; code: string; hint: string }[]
}

const REJECTED_PER_ACK = 100

/**
 * How far each outbox lane of each device has been applied. At or below the position is a duplicate: it is acknowledged
 * and has no effect. Within a lane the agent sends ascending, so one number is enough; between lanes it chooses,
 * so one number for all would acknowledge rows that never came.
 */
export class Streams {
  #positions = new Map<string, Position>()
  #dirty = new Map<string, { device: string; epoch: string; lane: Lane; position: Position }>()
  #acks = new Map<string, PendingAck>()
  #read: Statement
  #write: Statement
  #lanes: Statement

  constructor(db: Database) {
    this.#read = db
      .prepare('SELECT last_seq FROM device_streams WHERE device_id = ? AND epoch = ? AND lane = ?')
      .pluck()
    this.#lanes = db.prepare('SELECT lane, last_seq FROM device_streams WHERE device_id = ? AND epoch = ?').raw()
    this.#write = db.prepare(
      'INSERT INTO device_streams (device_id, epoch, lane, last_seq, updated_at) VALUES (?, ?, ?, ?, ?) ' +
        'ON CONFLICT (device_id, epoch, lane) DO UPDATE SET last_seq = excluded.last_seq, updated_at = excluded.updated_at',
    )
  }

  /** Moves the position to `seq` and notes the ack. False when the message is a duplicate. */
  advance(device: string, epoch: string, at: { lane: Lane; seq: number }): boolean {
    const key = `${device}\n${epoch}\n${at.lane}`
    let position = this.#positions.get(key)
    if (!position) {
      position = { last: Number(this.#read.get(device, epoch, at.lane) ?? 0), dirty: false }
      this.#positions.set(key, position)
    }
    const fresh = at.seq > position.last
    if (fresh) {
      position.last = at.seq
      if (!position.dirty) {
        position.dirty = true
        this.#dirty.set(key, { device, epoch, lane: at.lane, position })
      }
    }
    this.#ack(device, epoch).upto[at.lane] = position.last
    return fresh
  }

  /** Tells the device that a row was refused. It counts as handled. */
  refuse(device: string, epoch: string, refusal: PendingAck['rejected'][number]): void {
    const { rejected } = this.#ack(device, epoch)
    if (rejected.length < REJECTED_PER_ACK) rejected.push(refusal)
  }

  /** After a birth the device learns how far the hub is, so that an ack that was lost costs nothing. */
  tell(device: string, epoch: string): void {
    const { upto } = this.#ack(device, epoch)
    for (const [lane, last] of this.#lanes.all(device, epoch) as [Lane, number][]) {
      const current = this.#positions.get(`${device}\n${epoch}\n${lane}`)
      upto[lane] = current?.last ?? last
    }
  }

  /** Writes the moved positions. Call before the commit. */
  flush(now: number): void {
    for (const { device, epoch, lane, position } of this.#dirty.values()) {
      this.#write.run(device, epoch, lane, position.last, now)
      position.dirty = false
    }
    this.#dirty.clear()
  }

  /** The acks of the batch, to be sent after the commit. */
  takeAcks(): PendingAck[] {
    const acks = [...this.#acks.values()]
    this.#acks.clear()
    return acks
  }

  /** After a rollback the table alone is right. */
  forget(): void {
    this.forgetPositions()
    this.#acks.clear()
  }

  /** The same after the rollback of one input: what others of the batch are owed stays. */
  forgetPositions(): void {
    this.#positions.clear()
    this.#dirty.clear()
  }

  #ack(device: string, epoch: string): PendingAck {
    const key = `${device}\n${epoch}`
    let ack = this.#acks.get(key)
    if (!ack) {
      ack = { device, epoch, upto: {}, rejected: [] }
      this.#acks.set(key, ack)
    }
    return ack
  }
}
