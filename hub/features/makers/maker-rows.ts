import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { KeptAnnouncement, ReadMaker } from './announced.ts'

export const MAKER_STATUSES = ['waiting', 'accepted', 'ignored', 'left'] as const
export type MakerStatus = (typeof MAKER_STATUSES)[number]

/** A device that a source has spoken of. */
export interface MakerRow {
  id: string
  source: string
  identity: string
  identities: string[]
  dialect: string
  name: string
  brand: string | null
  model: string | null
  version: string | null
  via: string | null
  area: string | null
  entities: number
  left_out: number
  status: MakerStatus
  device_id: string | null
  speaks: boolean
  is_registered: boolean
  given_name: string | null
  first_heard_at: number
  last_heard_at: number
  /** The house of its source; `null`: for administrators alone. */
  house: string | null
}

/** What says whether a device can be reached, and from where it is told of. */
export type SpeakingRow = Pick<MakerRow, 'id' | 'source' | 'status' | 'device_id' | 'speaks'>

export const MAKER_ROWS =
  'SELECT m.id, m.source, m.identity, m.identities, m.dialect, m.name, m.brand, m.model, m.version, m.via, m.area, m.entities, ' +
  'm.left_out, m.status, m.device_id, m.speaks, m.is_registered, m.given_name, m.first_heard_at, m.last_heard_at, ' +
  's.house_id AS house FROM maker_devices m JOIN maker_sources s ON s.key = m.source'

/** What its source says of it. */
type AnnouncedSelf = ReadMaker & { dialect: string }

/** The columns of that, in the order of `values`. */
const SAID = [
  ...['identity', 'identities', 'dialect', 'name', 'brand', 'model', 'version', 'via', 'area', 'entities', 'left_out'],
  'announced',
]

const IDENTIFIED =
  'm.id IN (SELECT maker_device FROM maker_identities WHERE identity IN (SELECT value FROM json_each(?)))'

/** The row as SQLite has it, with its list read. */
export function readMakerRow(row: unknown): MakerRow {
  const { identities, speaks, is_registered, ...rest } = row as MakerRow & Record<string, unknown>
  return {
    ...rest,
    identities: JSON.parse(String(identities)) as string[],
    speaks: Number(speaks) === 1,
    is_registered: Number(is_registered) === 1,
  }
}

/** What the device of a row announced last. */
export function announcedBy(db: Database, id: string): KeptAnnouncement {
  const text = db.prepare('SELECT announced FROM maker_devices WHERE id = ?').pluck().get(id)
  return { entities: [], not_connected: [], ...(JSON.parse(String(text ?? '{}')) as Partial<KeptAnnouncement>) }
}

/** Devices of other makers as the table has them. */
export class MakerRows {
  #exact: Statement
  #same: Statement
  #elsewhere: Statement
  #insert: Statement
  #announce: Statement
  #isSaid: Statement
  #heard: Statement
  #find: Statement
  #status: Statement
  #identify: Statement
  #unidentify: Statement
  #oldest: Statement
  #count: Statement
  #remove: Statement
  #present: Statement
  #speaking: Statement
  #ofSource: Statement
  #ofDevice: Statement
  #speaker: Statement
  #unregistered: Statement
  #registered: Statement

  constructor(db: Database) {
    this.#find = db.prepare(`${MAKER_ROWS} WHERE m.id = ?`)
    this.#exact = db.prepare(`${MAKER_ROWS} WHERE m.source = ? AND m.identity = ?`)
    // What a person decided on comes first.
    this.#same = db.prepare(
      `${MAKER_ROWS} WHERE m.source = ? AND ${IDENTIFIED} ORDER BY m.device_id IS NULL, m.status <> 'ignored', m.first_heard_at, m.id LIMIT 1`,
    )
    this.#elsewhere = db.prepare(
      `${MAKER_ROWS} WHERE m.id <> ? AND ${IDENTIFIED} ORDER BY m.speaks DESC, m.first_heard_at, m.id`,
    )
    this.#insert = db.prepare(
      `INSERT INTO maker_devices (${SAID.join(', ')}, id, source, status, device_id, first_heard_at, last_heard_at) ` +
        `VALUES (${SAID.map(() => '?').join(', ')}, ?, ?, ?, ?, ?, ?)`,
    )
    const said = (joint: string) => SAID.map((column) => `${column} IS ?`).join(joint)
    this.#announce = db.prepare(
      `UPDATE maker_devices SET ${said(', ').replaceAll(' IS ', ' = ')}, last_heard_at = ? WHERE id = ?`,
    )
    this.#isSaid = db.prepare(`SELECT 1 FROM maker_devices WHERE ${said(' AND ')} AND id = ?`)
    this.#heard = db.prepare('UPDATE maker_devices SET last_heard_at = ? WHERE id = ?')
    this.#status = db.prepare('UPDATE maker_devices SET status = ?, device_id = ? WHERE id = ?')
    this.#identify = db.prepare('INSERT OR IGNORE INTO maker_identities (identity, maker_device) VALUES (?, ?)')
    this.#unidentify = db.prepare(
      'DELETE FROM maker_identities WHERE maker_device = ? AND identity NOT IN (SELECT value FROM json_each(?))',
    )
    this.#oldest = db
      .prepare(
        "SELECT id FROM maker_devices WHERE source = ? AND device_id IS NULL AND status IN ('waiting', 'left') AND last_heard_at < ? " +
          "ORDER BY status = 'waiting', last_heard_at, first_heard_at, id LIMIT 1",
      )
      .pluck()
    this.#count = db
      .prepare(
        "SELECT count(*) FROM maker_devices WHERE source = ? AND device_id IS NULL AND status IN ('waiting', 'left')",
      )
      .pluck()
    this.#remove = db.prepare('DELETE FROM maker_devices WHERE id = ?')
    this.#present = db.prepare(`${MAKER_ROWS} WHERE m.source = ? AND m.status IN ('waiting', 'accepted')`)
    this.#speaking = db.prepare(`${MAKER_ROWS} WHERE m.source = ? AND m.status = 'accepted' AND m.speaks = 1`)
    this.#ofSource = db.prepare(`${MAKER_ROWS} WHERE m.source = ?`)
    this.#ofDevice = db.prepare(`${MAKER_ROWS} WHERE m.device_id = ? AND m.speaks = 1`)
    this.#speaker = db.prepare('SELECT id, source, status FROM maker_devices WHERE device_id = ? AND speaks = 1')
    this.#unregistered = db.prepare(
      `${MAKER_ROWS} WHERE m.is_registered = 0 AND m.speaks = 1 AND m.status = 'accepted' ORDER BY m.id`,
    )
    this.#registered = db.prepare('UPDATE maker_devices SET is_registered = 1, refusal = ? WHERE id = ?')
  }

  /** The row of a device that its source announces: by what it is called there now, else by anything that identifies it. */
  same(source: string, { identity, identities }: { identity: string; identities: readonly string[] }) {
    const exact = this.#exact.get(source, identity)
    const found = exact ?? this.#same.get(source, JSON.stringify(identities))
    return found === undefined ? undefined : readMakerRow(found)
  }

  at(source: string, identity: string): MakerRow | undefined {
    return this.same(source, { identity, identities: [identity] })
  }

  /** Other rows that something of this identifies; the ones that speak first. */
  others(id: string, identities: readonly string[]): MakerRow[] {
    return this.#elsewhere.all(id, JSON.stringify(identities)).map(readMakerRow)
  }

  find(id: string): MakerRow | undefined {
    const found = this.#find.get(id)
    return found === undefined ? undefined : readMakerRow(found)
  }

  add(row: Pick<MakerRow, 'id' | 'source' | 'status' | 'device_id'>, said: AnnouncedSelf, now: number): void {
    this.#insert.run(...values(said), row.id, row.source, row.status, row.device_id, now, now)
    for (const one of said.identities) this.#identify.run(one, row.id)
  }

  /** What is announced of it now, and what identifies it from now on. Says whether anything is otherwise. */
  announce(id: string, said: AnnouncedSelf, now: number): boolean {
    if (this.#isSaid.get(...values(said), id) !== undefined) return false
    this.#announce.run(...values(said), now, id)
    this.#unidentify.run(id, JSON.stringify(said.identities))
    for (const one of said.identities) this.#identify.run(one, id)
    return true
  }

  heard(id: string, now: number): void {
    this.#heard.run(now, id)
  }

  decide(id: string, status: MakerStatus, device: string | null): void {
    this.#status.run(status, device, id)
  }

  /** The one that waits and was not heard for longest; those that left go before. */
  longestUnheard(source: string, now: number): string | undefined {
    return this.#oldest.get(source, now) as string | undefined
  }

  /** Those of a source that nobody decided on. */
  undecided(source: string): number {
    return this.#count.get(source) as number
  }

  remove(id: string): void {
    this.#remove.run(id)
  }

  present(source: string): MakerRow[] {
    return this.#present.all(source).map(readMakerRow)
  }

  /** Accepted devices that a source speaks for. */
  speaking(source: string): MakerRow[] {
    return this.#speaking.all(source).map(readMakerRow)
  }

  /** All that a source ever announced. */
  ofSource(source: string): MakerRow[] {
    return this.#ofSource.all(source).map(readMakerRow)
  }

  /** From where a device is told of. */
  ofDevice(device: string): MakerRow | undefined {
    const found = this.#ofDevice.get(device)
    return found === undefined ? undefined : readMakerRow(found)
  }

  /** The same, in short: it is asked with every state. */
  speakerOf(device: string): SpeakingRow | undefined {
    const found = this.#speaker.get(device) as Pick<MakerRow, 'id' | 'source' | 'status'> | undefined
    return found && { ...found, device_id: device, speaks: true }
  }

  unregistered(): MakerRow[] {
    return this.#unregistered.all().map(readMakerRow)
  }

  /** `refusal`: why an entity of it was not taken. */
  registered(id: string, refusal: string | null): void {
    this.#registered.run(refusal, id)
  }
}

function values(said: AnnouncedSelf): unknown[] {
  const { identity, identities, dialect, name, brand, model, version, via, area, entities, leftOut, announced } = said
  return [
    identity,
    JSON.stringify(identities),
    dialect,
    name,
    brand,
    model,
    version,
    via,
    area,
    entities,
    leftOut,
    announced,
  ]
}
