import { isAppend } from '../../../hub/store/central-shape.ts'
import type { SimulatedCentral } from './simulated-central.ts'
import { type SimulatedHub, TABLES } from './simulated-hub.ts'

/** Every way in which a hub and central do not agree. Empty when all is well. */
export function differencesOf(central: SimulatedCentral, hub: SimulatedHub): string[] {
  const wrong: string[] = []
  const heldHere = new Set(
    hub.db.prepare("SELECT table_name || '/' || row_key FROM sync_quarantine").pluck().all() as string[],
  )
  for (const table of TABLES) {
    const there = central.memory.tables.get(table.name) ?? new Map()
    const keys = hub.db
      .prepare(
        `SELECT CAST("${table.key}" AS TEXT) FROM "${table.name}"${table.kind === 'down' ? " WHERE managed_by = 'site'" : ''}`,
      )
      .pluck()
      .all() as string[]
    for (const key of keys) {
      const names = isAppend(table)
        ? [...there.keys()].filter((name) => name.endsWith(`/${key}`))
        : there.has(key) && !there.get(key)?.deleted
          ? [key]
          : []
      const held = heldHere.has(`${table.name}/${key}`)
      if (names.length === 0 && !held) wrong.push(`missing: ${table.name} ${key}`)
    }
    if (isAppend(table)) continue
    const mine = new Set(keys)
    for (const [key, row] of there)
      if (!row.deleted && !mine.has(key)) wrong.push(`deleted here, not there: ${table.name} ${key}`)
  }
  wrong.push(...contents(central, hub), ...managed(central, hub), ...addresses(central, hub))
  return wrong
}

/** Whether central has the row as it is here. Its series may have got another epoch since, if central has the old one too. */
function alike(central: SimulatedCentral, table: string, [stored, mine]: [string, string]): boolean {
  if (table !== 'readings') return stored === mine
  const [, series] = stored.split('\t')
  const epoch = stored.split('\t').at(-1)
  const bare = (line: string) => line.slice(0, line.lastIndexOf('\t'))
  return bare(stored) === bare(mine) && central.memory.tables.get('reading_series')?.has(`${epoch}/${series}`) === true
}

/** Central's personas as this house has them: all of those, with those names, and no others that are active. */
function managed(central: SimulatedCentral, { db }: SimulatedHub): string[] {
  const there = [...central.memory.scope.rows.values()].flatMap(({ table, key, row }) =>
    row === null || table !== 'personas' ? [] : [[key, row]],
  )
  const here = db
    .prepare("SELECT id, name FROM personas WHERE managed_by = 'central' AND is_active = 1 ORDER BY id")
    .all() as { id: string; name: string }[]
  const mine = here.map(({ id, name }) => `${id} ${JSON.stringify({ id, name })}`).join(', ')
  const theirs = there
    .map(([key, row]) => `${key} ${row}`)
    .sort()
    .join(', ')
  return mine === theirs ? [] : [`managed: ${mine} here, ${theirs} there`]
}

/**
 * Every person of central is here, or was refused because somebody has the address who may have it; nobody else is. Of this
 * house's own people central has the address that they have here.
 */
function addresses(central: SimulatedCentral, { db }: SimulatedHub): string[] {
  const wrong: string[] = []
  const people = [...central.memory.scope.rows.values()].filter(({ table, row }) => table === 'users' && row !== null)
  for (const { key, row } of people) {
    const { email } = JSON.parse(row ?? '{}') as { email: string }
    const refused = db
      .prepare("SELECT refused FROM managed_rows WHERE table_name = 'users' AND row_key = ?")
      .pluck()
      .get(key)
    const rightful =
      "SELECT 1 FROM users u WHERE u.email = ? AND u.id <> ? AND (u.managed_by = 'site' OR EXISTS (SELECT 1 FROM managed_rows m WHERE m.table_name = 'users' AND m.row_key = u.id))"
    const asPut = "SELECT 1 FROM users WHERE email = ? AND id = ? AND managed_by = 'central' AND is_active = 1"
    if (db.prepare(refused ? rightful : asPut).get(email, key) === undefined)
      wrong.push(`person ${key} ${email}: ${refused ?? 'not here'}`)
  }
  const keys = new Set(people.map(({ key }) => key))
  const active = "SELECT id FROM users WHERE managed_by = 'central' AND is_active = 1"
  for (const key of db.prepare(active).pluck().all() as string[])
    if (!keys.has(key)) wrong.push(`person ${key} is here only`)
  for (const { id, email } of db.prepare("SELECT id, email FROM users WHERE managed_by = 'site'").all() as {
    id: string
    email: string
  }[])
    if (!central.memory.tables.get('users')?.get(id)?.line.split('\t').includes(email))
      wrong.push(`own ${id} has another address than ${email} at central`)
  return wrong
}

/** Every row of this hub as it would be sent now, against what central has. */
function contents(central: SimulatedCentral, hub: SimulatedHub): string[] {
  const wrong: string[] = []
  for (const stream of hub.core.state.streams) {
    if (stream.table === 'sync_changes') continue
    const rows = hub.db.prepare(`SELECT count(*) FROM "${stream.table}"`).pluck().get() as number
    const batch = hub.source.read({ ...stream, position: stream.first, upto: stream.upto ?? null }, rows + 1)
    for (const stage of batch?.stages ?? [])
      for (const [index, key] of stage.keys.entries()) {
        const id = Number(key)
        const epochs = hub.core.state.streams.filter(
          (other) => other.table === stream.table && other.first < id && (other.upto === null || id <= other.upto),
        )
        const epoch = Math.max(...epochs.map((other) => other.epoch))
        if (epoch !== stream.epoch) continue
        const stored = central.memory.tables.get(stream.table)?.get(`${epoch}/${key}`)
        const line = (stage.lines[index] ?? '').slice(0, -1)
        const held = central.memory.held.has(`${stream.table}/${epoch}/${key}`)
        if (stored ? !alike(central, stream.table, [stored.line, line]) : !held)
          wrong.push(`content: ${stream.table} ${epoch}/${key} [${line}] [${stored?.line}]`)
      }
  }
  return wrong
}
