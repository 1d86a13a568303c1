import { MAKER_LIMITS } from '../../../shared/limits.ts'
import type { Context } from '../../engine/context.ts'
import type { InputOf } from '../../engine/input.ts'
import { updateRow } from '../../query/row-changes.ts'
import type { Directory } from '../devices/directory.ts'
import { type ReadMaker, readMakerDevice } from './announced.ts'
import type { Departures } from './departures.ts'
import { joinToHub } from './hub-links.ts'
import type { MakerEntities } from './maker-entities.ts'
import type { MakerReach } from './maker-reach.ts'
import type { MakerRow, MakerRows, MakerStatus } from './maker-rows.ts'
import type { MakerSource, MakerSources } from './maker-sources.ts'
import { takeOver } from './take-over.ts'

export interface AnnouncementsParts {
  rows: MakerRows
  sources: MakerSources
  entities: MakerEntities
  reach: MakerReach
  departures: Departures
  directory: Directory
}

/** That it was heard is written so often: it says who gives way when there are too many. */
const HEARD_MS = 60_000

/**
 * Takes what sources say there is. A device is known by everything that ever identified it: under another name, topic or source it
 * is the same, and so is what a person decided on it. Nothing that is published takes away what somebody decided on.
 */
export class Announcements {
  #parts: AnnouncementsParts

  constructor(parts: AnnouncementsParts) {
    this.#parts = parts
  }

  take(context: Context, { source: key, dialect, house, devices, gone, whole }: InputOf<'maker_devices'>): void {
    const { rows, sources, departures } = this.#parts
    const source = sources.know(context, { key, dialect, house })
    const heard = new Set<string>()
    let tooMany = 0
    for (const device of devices) {
      const said = readMakerDevice(device)
      if (said === null) continue
      const id = this.#hear(context, source, said)
      if (id === null) tooMany += 1
      else heard.add(id)
    }
    const left = gone.flatMap((identity) => rows.at(key, identity) ?? [])
    // A bridge that has just begun has nothing yet.
    if (whole && devices.length > 0) left.push(...rows.present(key))
    departures.leave(
      context,
      source,
      left.filter(({ id, status }) => !heard.has(id) && status !== 'ignored' && status !== 'left'),
    )
    this.tellCrowd(context, key, tooMany)
  }

  /** Tells the hub's health that a source has more than there is room for, or that there is room again. */
  tellCrowd(context: Context, source: string, tooMany: number): void {
    const isFull = this.#parts.rows.undecided(source) >= MAKER_LIMITS.undecided
    if (isFull && tooMany === 0) return
    const message = `${source} announced more than ${MAKER_LIMITS.undecided} devices that nobody decided on, and ${tooMany} of them are not kept`
    const problem = tooMany === 0 ? null : ({ code: 'makers_crowded', message } as const)
    context.effect({ kind: 'problem', name: `makers_crowded:${source}`, problem })
  }

  /** The row of the device; `null`: there is no room for one. */
  #hear(context: Context, source: MakerSource, said: ReadMaker): string | null {
    const { rows } = this.#parts
    const before = rows.same(source.key, said)
    if (!before) return this.#add(context, source, said)
    const { now } = context
    const identities = [...new Set([...said.identities, ...before.identities])].slice(0, MAKER_LIMITS.identities)
    const isChanged = rows.announce(before.id, { ...said, identities, dialect: source.dialect }, now)
    if (!isChanged && Math.abs(now - before.last_heard_at) >= HEARD_MS) rows.heard(before.id, now)
    if (before.status === 'left') this.#back(before, source, said)
    const row = rows.find(before.id)
    if (row?.status === 'accepted' && row.speaks) this.#follow(context, row, before)
    if (row) takeOver(context, row, this.#parts)
    return before.id
  }

  #add(context: Context, source: MakerSource, said: ReadMaker): string | null {
    const { rows } = this.#parts
    const { status, device } = this.#decided('', source, said)
    const id = context.id()
    if (status === 'waiting' && rows.undecided(source.key) >= MAKER_LIMITS.undecided) {
      const oldest = rows.longestUnheard(source.key, context.now)
      if (oldest === undefined) return null
      rows.remove(oldest)
      this.tellCrowd(context, source.key, 1)
    }
    rows.add({ id, source: source.key, status, device_id: device }, { ...said, dialect: source.dialect }, context.now)
    const row = rows.find(id)
    if (row) takeOver(context, row, this.#parts)
    return id
  }

  /** It is the same as before, whatever it is called now. */
  #back(row: MakerRow, source: MakerSource, said: ReadMaker): void {
    const { status, device } =
      row.device_id === null
        ? this.#decided(row.id, source, said)
        : { status: 'accepted' as const, device: row.device_id }
    this.#parts.rows.decide(row.id, status, device)
  }

  /** What a person decided on it where it is heard of elsewhere; else it waits. */
  #decided(id: string, source: MakerSource, said: ReadMaker): { status: MakerStatus; device: string | null } {
    const others = this.#parts.rows.others(id, said.identities)
    const speaks = others.find(
      (other) => other.speaks && other.device_id !== null && this.#isOf(source, other.device_id),
    )
    if (speaks) return { status: 'accepted', device: speaks.device_id }
    const isIgnored = others.some(({ status, house }) => status === 'ignored' && house === source.house_id)
    return { status: isIgnored ? 'ignored' : 'waiting', device: null }
  }

  /** Whether a source may tell of this device: what it publishes is of its house. */
  #isOf({ house_id }: MakerSource, device: string): boolean {
    return house_id === null || this.#parts.directory.find(device)?.house === house_id
  }

  /** What the announcement says of an accepted device, but for what people say otherwise. */
  #follow(context: Context, row: MakerRow, before: MakerRow): void {
    const { entities, reach } = this.#parts
    followLook(context, row, before)
    entities.register(context, row)
    joinToHub(context.db, row)
    if (before.status === 'left') reach.show(context, row)
  }
}

interface Look {
  name: string
  house_id: string
  detected_brand: string | null
  detected_model: string | null
}

/** Name, brand and model, where they are still what was announced before. */
function followLook(context: Context, row: MakerRow, before: MakerRow): void {
  const { db, now } = context
  const id = row.device_id
  const look = db.prepare('SELECT name, house_id, detected_brand, detected_model FROM devices WHERE id = ?').get(id)
  if (id === null || look === undefined) return
  const { name, house_id: house, detected_brand, detected_model } = look as Look
  updateRow(
    context,
    { table: 'devices', id },
    {
      ...(row.brand !== before.brand && detected_brand === before.brand ? { detected_brand: row.brand } : {}),
      ...(row.model !== before.model && detected_model === before.model ? { detected_model: row.model } : {}),
    },
  )
  if (row.name === before.name || row.given_name === null || name !== row.given_name || row.name === name) return
  db.prepare('UPDATE devices SET name = ?, updated_at = ? WHERE id = ?').run(row.name, now, id)
  db.prepare('UPDATE maker_devices SET given_name = ? WHERE id = ?').run(row.name, row.id)
  context.changed()
  context.addEvent({
    ...{ type: 'device_renamed', device: id, house, source: 'device' },
    ...{ oldState: name, newState: row.name },
  })
}
