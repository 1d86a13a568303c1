import { readLedger } from '../../../hub/engine/ledger.ts'
import { readMark } from '../../../hub/engine/message-mark.ts'
import { newestKey } from '../../../hub/store/append-keys.ts'
import { readIndexedUpto } from '../../../hub/store/indexed-readings.ts'
import { storeFile } from '../../../hub/store/places.ts'
import { type Database, openDatabase } from '../../../shared/sqlite/open.ts'
import type { AfterCommit } from './readings-life.ts'
import { isEvent, itemsOf, NUMBER_OF_READING, numberOf, OF_GUEST, type Sender } from './sent-readings.ts'

interface LaneRow {
  id: number
  device_id: string
  lane: Sender['lane']
  last_seq: number
}

/** What a house that is killed again and again said after its commits, held against what its database has. */
export class ReadingsAccount {
  /** How far each lane is acknowledged, by `device lane`. */
  readonly acknowledged: Record<string, number> = {}
  #duplicates = 0
  #newestKey = 0
  /** The value of each key that was ever seen. */
  #values = new Map<number, number>()
  /** What a house said that cannot be. */
  #untrue: string[] = []

  hear({ acknowledged, keys }: AfterCommit): void {
    if (keys.before < this.#newestKey) this.#untrue.push(`keys go back from ${this.#newestKey} to ${keys.before}`)
    this.#newestKey = Math.max(this.#newestKey, keys.newest)
    for (const { device, lane, seq, verdict } of acknowledged) {
      const name = `${device} ${lane}`
      const last = this.acknowledged[name] ?? 0
      if (verdict === 'duplicate') this.#duplicates += 1
      else if (verdict !== 'stored') this.#untrue.push(`${name} ${seq} is ${verdict}`)
      if (verdict === 'stored' && seq <= last) this.#untrue.push(`${name} ${seq} is stored once more`)
      this.acknowledged[name] = Math.max(last, seq)
    }
  }

  /** Everything that is wrong with the database, whenever the house was killed. */
  faults(folder: string): string[] {
    const db = openDatabase({ file: storeFile(folder), readonly: true })
    try {
      return [
        ...this.#untrue,
        ...damage(db),
        ...contradictions(db),
        ...this.#lostOrTwice(db),
        ...this.#keysGivenTwice(db),
      ]
    } finally {
      db.close()
    }
  }

  /** What more is wrong once a life had time for everything. */
  unfinished(folder: string): string[] {
    const db = openDatabase({ file: storeFile(folder), readonly: true })
    const count = (sql: string) => Number(db.prepare(`SELECT count(*) FROM ${sql}`).pluck().get())
    try {
      const old = count(
        'readings r JOIN reading_series s ON s.id = r.series_id WHERE r.reading_time < r.received_at - 2592000000',
      )
      const series = count('reading_series')
      const left = count('reading_index i WHERE NOT EXISTS (SELECT 1 FROM readings r WHERE r.id = i.id)')
      return [
        ...(old > 0 ? [`${old} old readings are not purged`] : []),
        ...(left > 2_048 * series ? [`${left} entries of the index are left over`] : []),
      ]
    } finally {
      db.close()
    }
  }

  #lostOrTwice(db: Database): string[] {
    const faults: string[] = []
    const messages = new Map(
      (
        db
          .prepare(
            `SELECT ${NUMBER_OF_READING} AS number, count(*), count(DISTINCT value) FROM readings GROUP BY number`,
          )
          .raw()
          .all() as [number, number, number][]
      ).map(([number, rows, values]) => [number, { rows, values }]),
    )
    const lanes = lanesOf(db)
    const leaving = new Set(db.prepare('SELECT key FROM erasures').pluck().all() as string[])
    let applied = leaving.size * OF_GUEST.all
    for (const { device, lane, upto } of lanes) {
      const acknowledged = this.acknowledged[`${device} ${lane}`] ?? 0
      if (leaving.has(device)) continue
      applied += upto
      if (upto < acknowledged) faults.push(`${device} ${lane} is at ${upto} and ${acknowledged} was acknowledged`)
      for (let seq = 1; seq <= upto; seq += 1) {
        const { rows, values } = messages.get(numberOf({ device, lane }, seq)) ?? { rows: 0, values: 0 }
        const items = itemsOf({ device, lane }, seq)
        if (rows !== values) faults.push(`${device} ${lane} ${seq} has readings twice`)
        // What comes as backlog is purged.
        if (lane === 'backlog' ? rows > items : rows !== items)
          faults.push(`${device} ${lane} ${seq} has ${rows} readings of ${items}`)
      }
      if (messages.has(numberOf({ device, lane }, upto + 1)))
        faults.push(`${device} ${lane} is at ${upto}, and there are readings of ${upto + 1}`)
      if (lane === 'urgent') faults.push(...eventFaults(db, { device, lane }, upto))
    }
    for (const name of Object.keys(this.acknowledged)) {
      const [device = '', lane = ''] = name.split(' ')
      if (!leaving.has(device) && !lanes.some((one) => one.device === device && one.lane === lane))
        faults.push(`${name} is not known`)
    }
    const ledger = readLedger(db)
    if (ledger.applied !== applied) faults.push(`the ledger has ${ledger.applied} messages, and ${applied} are there`)
    if (ledger.received !== ledger.applied + ledger.duplicate + ledger.rejected)
      faults.push('the ledger does not balance')
    if (ledger.duplicate < this.#duplicates) faults.push('the ledger lacks duplicates')
    return faults
  }

  #keysGivenTwice(db: Database): string[] {
    const faults: string[] = []
    for (const [id, value] of db.prepare('SELECT id, value FROM readings').raw().iterate() as Iterable<
      [number, number]
    >) {
      const seen = this.#values.get(id) ?? value
      if (seen !== value) faults.push(`key ${id} was given to ${seen} and to ${value}`)
      this.#values.set(id, value)
    }
    const newest = newestKey(db, 'readings')
    if (newest < this.#newestKey) faults.push(`the newest key is ${newest}, and was ${this.#newestKey}`)
    this.#newestKey = Math.max(this.#newestKey, newest)
    return faults
  }
}

function damage(db: Database): string[] {
  const checked = db.pragma('integrity_check', { simple: true })
  const orphans = db.pragma('foreign_key_check') as unknown[]
  return [...(checked === 'ok' ? [] : [String(checked)]), ...(orphans.length > 0 ? ['rows stand on nothing'] : [])]
}

/** Where the index, the readings, and the view that joins them differ. */
function contradictions(db: Database): string[] {
  const upto = readIndexedUpto(db)
  const count = (sql: string, ...values: number[]) =>
    Number(
      db
        .prepare(`SELECT count(*) FROM (${sql})`)
        .pluck()
        .get(...values),
    )
  const own = 'SELECT series_id, reading_time, id, value, quality, metadata, received_at FROM readings'
  const rows = count(own)
  const viewed = count('SELECT * FROM series_readings')
  const found: [string, number][] = [
    [
      'readings up to the position of the index that have no entry',
      count(`SELECT series_id, reading_time, id FROM readings WHERE id <= ? EXCEPT SELECT * FROM reading_index`, upto),
    ],
    ['entries behind the position of the index', count('SELECT 1 FROM reading_index WHERE id > ?', upto)],
    ['readings that the view lacks', count(`${own} EXCEPT SELECT * FROM series_readings`)],
    ['readings that only the view has', count(`SELECT * FROM series_readings EXCEPT ${own}`)],
    ['readings more or less in the view', viewed - rows],
    [
      'entries of no series',
      count('SELECT 1 FROM reading_index WHERE series_id NOT IN (SELECT id FROM reading_series)'),
    ],
    ['readings of no series', count('SELECT 1 FROM readings WHERE series_id NOT IN (SELECT id FROM reading_series)')],
  ]
  return found.filter(([, many]) => many !== 0).map(([what, many]) => `${many} ${what}`)
}

/** How far each lane is, by its table and by what rows say since. */
function lanesOf(db: Database): (Sender & { upto: number })[] {
  const carried = new Map<number, number>()
  const settled = "coalesce((SELECT CAST(value AS INTEGER) FROM hub_settings WHERE key = 'lanes_settled'), 0)"
  for (const mark of db
    .prepare(`SELECT mark FROM readings WHERE mark > 0 AND id > ${settled}`)
    .pluck()
    .all() as number[]) {
    const { lane, seq } = readMark(mark)
    carried.set(lane, Math.max(seq, carried.get(lane) ?? 0))
  }
  const rows = db.prepare('SELECT id, device_id, lane, last_seq FROM device_streams').all() as LaneRow[]
  return rows.map(({ id, device_id: device, lane, last_seq }) => ({
    device,
    lane,
    upto: Math.max(last_seq, carried.get(id) ?? 0),
  }))
}

function eventFaults(db: Database, sender: Sender, upto: number): string[] {
  const wanted = Array.from({ length: upto }, (_, index) => index + 1).filter((seq) => isEvent(sender, seq)).length
  const there = Number(
    db.prepare("SELECT count(*) FROM events WHERE event_type = 'noted' AND device_id = ?").pluck().get(sender.device),
  )
  return there === wanted ? [] : [`${sender.device} has ${there} events of ${wanted}`]
}
