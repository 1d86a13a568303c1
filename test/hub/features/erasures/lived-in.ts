import { clientSessionKey, deviceOwner } from '../../../../hub/engine/client-session-key.ts'
import { ask, commandInput } from '../../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../../engine/engine-in-memory.ts'
import { conversation } from '../retention/conversation.ts'

export const DEVICE = 'anna-tablet-x7k2m9'
export const OTHER = 'hall-esp-b3n4p5'
export const PERSON = 'u-anna-0001'

/** What must be nowhere once the device, or the person, was erased. */
export const WORDS = {
  device: [DEVICE, "Anna's tablet", 'Annas Tafel'],
  user: [PERSON, 'anna@example.com', 'Anna Example', 'Anni', 'said in hers'],
}

/** A house with two devices and two people, of each of which every table says something. */
export function livedIn(house: TestHouse = openTestHouse(), readings = 40): TestHouse {
  const { db } = house
  const run = (sql: string, ...values: unknown[]) => db.prepare(sql).run(...values)
  for (const device of [DEVICE, OTHER]) {
    house.device(device, 'mqtt')
    for (let from = 0; from < readings; from += 500) {
      const count = Math.min(500, readings - from)
      const items = Array.from({ length: count }, (_, index) => ({ sensor: 's', kind: 'temperature', value: index }))
      house.send([`lares/${device}/readings`, { items }])
    }
    house.send([`lares/${device}/event`, { type: 'button_pressed' }], [`lares/${device}/event`, 'no JSON'])
  }
  for (const [id, email, name] of [
    [PERSON, 'anna@example.com', 'Anna Example'],
    ['u-paul-0002', 'paul@example.com', 'Paul Example'],
  ] as const) {
    run(
      "INSERT INTO users (id, email, full_name, role, hashed_password, created_at, updated_at) VALUES (?, ?, ?, 'admin', 'x', ?, ?)",
      ...[id, email, name, START, START],
    )
    run(
      'INSERT INTO api_tokens (id, user_id, name, token_hash, created_at) VALUES (?, ?, ?, ?, ?)',
      ...[`k-${id}`, id, 'phone', `h-${id}`, START],
    )
    run(
      "INSERT INTO people (id, house_id, user_id, name, role, created_at, updated_at) SELECT ?, id, ?, ?, 'owner', ?, ? FROM houses",
      ...[`p-${id}`, id, id === PERSON ? 'Anni' : 'Pauli', START, START],
    )
    run(
      'INSERT INTO request_memory (principal, request_id, content_hash, response, created_at) VALUES (?, ?, ?, ?, ?)',
      ...[id, 'r', 'h', '{}', START],
    )
    keptByBroker(house, id, `${id}.web`)
  }
  run(
    "INSERT INTO broker_retained (topic, payload, qos, stored_at) VALUES (?, x'00', 0, ?)",
    `homeassistant/${DEVICE}/x`,
    START,
  )
  for (const device of [DEVICE, OTHER]) keptByBroker(house, deviceOwner(device), device)
  run('UPDATE devices SET owner_id = ? WHERE id = ?', PERSON, OTHER)
  conversation(house, 'hers', { device: OTHER, user: PERSON })
  conversation(house, 'tablet', { device: DEVICE })
  conversation(house, 'other', { device: OTHER, user: 'u-paul-0002' })
  // A session that went on at another device.
  run("UPDATE turns SET device_id = ? WHERE id = 't-tablet'", DEVICE)
  run(
    "INSERT INTO turns (id, session_id, device_id, phase, started_at, created_at, updated_at) VALUES ('t-moved', 's-other', ?, 'ended', ?, ?, ?)",
    ...[DEVICE, START, START, START],
  )
  ask(house, commandInput('devices/rename', { device: DEVICE, name: 'Annas Tafel' }))
  ask(house, commandInput('devices/rename', { device: DEVICE, name: "Anna's tablet" }))
  ask(house, commandInput('users/update', { email: 'anna@example.com', role: 'user' }))
  const event = (type: string, session: string | null, description: string, data: object) =>
    run(
      "INSERT INTO events (event_type, category, title, description, source, event_data, session_id, timestamp, created_at, updated_at) VALUES (?, 'system', '', ?, 'system', ?, ?, ?, ?, ?)",
      ...[type, description, JSON.stringify(data), session, START, START, START],
    )
  event('said', 's-hers', 'of hers', {})
  event('told', null, `about ${DEVICE} and ${PERSON}`, { with: [DEVICE, PERSON, 'Anna Example'] })
  return house
}

/** What a client has of the broker while it is away: a session with a filter on the device, and a message of it. */
function keptByBroker({ db }: TestHouse, owner: string, client: string): void {
  const session = clientSessionKey(owner, client)
  db.prepare('INSERT INTO broker_sessions (client_id, began_at) VALUES (?, ?)').run(session, START)
  db.prepare('INSERT INTO broker_subscriptions (client_id, filter, qos) VALUES (?, ?, 1)').run(
    session,
    `lares/${DEVICE}/#`,
  )
  db.prepare(
    "INSERT INTO broker_queue (client_id, entry, topic, payload, qos, queued_at) VALUES (?, (SELECT count(*) + 1 FROM broker_queue), ?, x'00', 1, ?)",
  ).run(session, `lares/${DEVICE}/state/s`, START)
}

/** Ticks until nothing is removed any more, with what is to be done between two of them. */
export function finishErasing(house: TestHouse, between: () => void = () => {}): string[] {
  const files: string[] = []
  for (let ticks = 0; ticks < 500; ticks++) {
    house.tick(1_000)
    files.push(...house.effects.flatMap((effect) => (effect.kind === 'delete_clip' ? [effect.file] : [])))
    if (house.all("SELECT 1 FROM erasures WHERE state IN ('events', 'rows')").length === 0) return files
    between()
  }
  throw new Error('it never ends')
}

/** Where words stand in the database, but in what is kept so that central never brings them back. */
export function mentions(house: Pick<TestHouse, 'all'>, words: readonly string[]): string[] {
  const tables = house.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND (name NOT LIKE 'sqlite%' OR name LIKE 'sqlite_stat%')",
  )
  return tables.flatMap(({ name }) =>
    house
      .all(`SELECT * FROM "${name}"`)
      .map((row) => (name === 'erasures' ? { ...row, key: '' } : row))
      .flatMap((row) => {
        const text = JSON.stringify(row, (_, value) => (Buffer.isBuffer(value) ? value.toString('latin1') : value))
        return words.filter((word) => text.includes(word)).map((word) => `${name}: ${word} in ${text}`)
      }),
  )
}
