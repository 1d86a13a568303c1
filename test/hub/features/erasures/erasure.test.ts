import { describe, expect, it } from 'vitest'
import { readErasures } from '../../../../hub/engine/erasure.ts'
import type { Effect } from '../../../../hub/engine/input.ts'
import { readSyncIdentity, writeSyncIdentity } from '../../../../hub/engine/sync-memory.ts'
import { findAdminCommand } from '../../../../hub/features/commands.ts'
import { eraseUser } from '../../../../hub/features/erasures/commands.ts'
import { Removal } from '../../../../hub/features/erasures/removal.ts'
import { mayBeErased } from '../../../../hub/store/erased-keys.ts'
import { namingColumns } from '../../../../hub/store/erasure-plan.ts'
import { writeIndexedUpto } from '../../../../hub/store/indexed-readings.ts'
import { ask, commandInput, query } from '../../engine/ask.ts'
import { openTestHouse, reading, type TestHouse } from '../../engine/engine-in-memory.ts'
import { count } from '../retention/retention-house.ts'
import { DEVICE, finishErasing, livedIn, mentions, OTHER, PERSON, WORDS } from './lived-in.ts'

const erase = {
  device: (house: TestHouse) => ask(house, commandInput('devices/erase', { device: DEVICE })),
  user: (house: TestHouse) => ask(house, commandInput('users/erase', { email: 'anna@example.com' })),
}

/** Whatever is not of whom is erased. */
const ofOthers = (house: TestHouse) => ({
  readings: house.all(
    'SELECT count(*) AS n FROM readings r JOIN reading_series s ON s.id = r.series_id WHERE s.device_id = ?',
    OTHER,
  ),
  events: house.all('SELECT event_type FROM events WHERE device_id = ? ORDER BY id', OTHER),
  people: house.all("SELECT id FROM people WHERE user_id = 'u-paul-0002'"),
  tokens: house.all("SELECT id FROM api_tokens WHERE user_id = 'u-paul-0002'"),
  said: house.all("SELECT id FROM messages WHERE session_id = 's-other'"),
  rejected: house.all('SELECT topic FROM rejected_messages WHERE device_id = ?', OTHER),
  sessions: house.all('SELECT client_id FROM broker_sessions WHERE instr(client_id, ?)', OTHER),
})

describe.each(['device', 'user'] as const)('the erasure of a %s', (what) => {
  it('leaves no word of it in any table, and everything of the others', () => {
    const house = livedIn()
    const before = ofOthers(house)
    const { said: _, ...others } = before
    expect(mentions(house, WORDS[what]).length).toBeGreaterThan(8)
    expect(erase[what](house)).toMatchObject({
      status: 'ok',
      data: { pseudonym: expect.stringMatching(/^erased-[0-9a-f]{12}$/) },
    })
    const files = finishErasing(house)
    expect(mentions(house, WORDS[what])).toEqual([])
    expect(ofOthers(house)).toMatchObject(others)
    expect(house.all("SELECT id FROM messages WHERE id = 'm-other'")).toHaveLength(1)
    expect(files).toEqual([what === 'device' ? 'tablet.wav' : 'hers.wav'])
  })

  it('comes to the same when the hub is killed between any two steps', () => {
    const [calm, killed] = [livedIn(), livedIn()]
    for (const house of [calm, killed]) erase[what](house)
    finishErasing(calm)
    finishErasing(killed, () => killed.restart())
    expect(mentions(killed, WORDS[what])).toEqual([])
    for (const table of ['readings', 'messages', 'turns', 'sessions', 'devices', 'users'])
      expect(count(killed, table), table).toBe(count(calm, table))
  })

  it('leaves the audit whole, of a pseudonym, and as fixed as before', () => {
    const house = livedIn()
    const audit = () => house.all<{ event_type: string }>("SELECT * FROM events WHERE category = 'audit' ORDER BY id")
    const before = audit().map(({ event_type }) => event_type)
    const { pseudonym } = erase[what](house).data as { pseudonym: string }
    finishErasing(house)
    expect(audit().map(({ event_type }) => event_type)).toEqual(expect.arrayContaining(before))
    const erased = audit().find(({ event_type }) => event_type === `${what}_erased`)
    expect(JSON.stringify(erased)).toContain(pseudonym)
    expect(JSON.stringify(audit())).toMatch(what === 'device' ? /device_renamed/ : /user_updated/)
    expect(() => house.db.exec("UPDATE events SET title = 'x' WHERE category = 'audit'")).toThrow(/neither changed/)
    expect(() => house.db.exec("DELETE FROM events WHERE category = 'audit'")).toThrow(/neither changed/)
  })

  it('tells the change log nothing: central hears of the whole at once', () => {
    const house = livedIn()
    house.db.exec('DELETE FROM sync_changes')
    erase[what](house)
    finishErasing(house)
    const left = house.all<{ table_name: string; row_key: string }>('SELECT table_name, row_key FROM sync_changes')
    // What stays and names it no more has changed.
    expect(left.filter(({ table_name }) => table_name !== 'devices' && table_name !== 'events')).toEqual([])
    expect(left.map(({ row_key }) => row_key)).not.toContain(DEVICE)
  })
})

it('removes at most 5,000 rows in a transaction, and takes readings before what they stand on', () => {
  const house = livedIn(undefined, 12_000)
  erase.device(house)
  const went: number[] = []
  let before = count(house, 'readings')
  finishErasing(house, () => {
    went.push(before - count(house, 'readings'))
    before = count(house, 'readings')
  })
  expect(Math.max(...went)).toBeLessThanOrEqual(5_000)
  expect(went.filter((rows) => rows > 0).length).toBeGreaterThanOrEqual(2)
  expect(count(house, 'readings')).toBe(12_000)
})

it('takes readings wherever they are found', () => {
  const house = livedIn()
  house.db.exec('INSERT INTO reading_index SELECT series_id, reading_time, id FROM readings WHERE id <= 20')
  writeIndexedUpto(house.db, 20)
  // Not in the house, where the index catches up with so few before the first step.
  const removal = new Removal(house.db, namingColumns())
  for (let done = false; !done; ) ({ done } = removal.step({ what: 'device', key: DEVICE }, 7))
  expect([count(house, 'readings'), count(house, 'reading_series')]).toEqual([40, 1])
  // A handshake with central counts on no key of them.
  for (const key of [1, 20, 21, 40])
    expect(mayBeErased(house.db, 'readings', { after: key - 1, upto: key }), String(key)).toBe(true)
  expect(mayBeErased(house.db, 'readings', { after: 40, upto: 80 })).toBe(false)
  expect(house.all('SELECT 1 FROM reading_index WHERE series_id NOT IN (SELECT id FROM reading_series)')).toEqual([])
})

it('takes no message out of the books, and nothing of the device into its next life', () => {
  const house = livedIn()
  const message = (seq: number) => [`lares/${DEVICE}/readings`, reading(seq, seq)] as const
  for (let seq = 1; seq <= 3; seq++) house.send(message(seq))
  const { applied } = house.engine.ledger
  // With what it indexes the house writes its books, too: here it cannot.
  house.db.exec(
    "CREATE TRIGGER broken BEFORE INSERT ON reading_index BEGIN SELECT RAISE(ABORT, 'the index is broken'); END",
  )
  erase.device(house)
  finishErasing(house)
  house.restart()
  expect(house.engine.ledger.applied).toBe(applied)
  house.device(DEVICE, 'mqtt')
  house.restart()
  expect(house.send(message(3))).toEqual(['stored'])
  expect(house.send(message(3), message(2))).toEqual(['duplicate', 'duplicate'])
  house.restart()
  expect(house.send(message(3))).toEqual(['duplicate'])
})

it('goes through what a purge left of its readings, a step at a time', () => {
  const house = livedIn(undefined, 12_000)
  house.tick(1_000)
  const series = "(SELECT id FROM reading_series WHERE device_id = 'anna-tablet-x7k2m9')"
  house.db.exec(`DELETE FROM readings WHERE series_id = ${series} AND id % 12000 BETWEEN 1 AND 11000`)
  house.db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  erase.device(house)
  const entries: number[] = []
  let before = count(house, `reading_index WHERE series_id = ${series}`)
  finishErasing(house, () => {
    const left = count(house, `reading_index WHERE series_id = ${series}`)
    entries.push(before - left)
    before = left
  })
  // The rest of them goes with the last step.
  expect(entries.length).toBeGreaterThanOrEqual(2)
  expect(Math.max(...entries, before)).toBeLessThanOrEqual(5_000)
  expect(count(house, 'readings')).toBe(12_000)
})

it('shuts a device out at once, and a person', () => {
  const house = livedIn()
  erase.device(house)
  expect(house.effects).toContainEqual({ kind: 'disconnect', device: DEVICE, reason: 'revoked' })
  expect(house.send([`lares/${DEVICE}/readings`, { items: [{ sensor: 's', value: 1 }] }])).toEqual(['refused'])
  erase.user(house)
  expect(house.effects).toContainEqual(expect.objectContaining({ kind: 'disconnect_user', user: PERSON }))
  expect(house.all('SELECT id FROM api_tokens WHERE user_id = ?', PERSON)).toEqual([])
})

it('has the broker forget it once the tables have', () => {
  const house = livedIn()
  erase.device(house)
  erase.user(house)
  const forgotten: Effect[] = []
  finishErasing(house, () => forgotten.push(...house.effects.filter(({ kind }) => kind === 'forget_client')))
  forgotten.push(...house.effects.filter(({ kind }) => kind === 'forget_client'))
  expect(forgotten).toHaveLength(2)
  expect(forgotten).toContainEqual({ kind: 'forget_client', owner: `device ${DEVICE}`, key: DEVICE })
  expect(forgotten).toContainEqual({ kind: 'forget_client', owner: PERSON, key: PERSON })
})

it('asks for new copies at once until they are there, and is done in a house without a central when the file has forgotten, too', () => {
  let forgotten = false
  const house = livedIn(openTestHouse({ forgetRemoved: () => forgotten }))
  erase.device(house)
  finishErasing(house)
  const first = { kind: 'renew_copies', since: house.now }
  const asked = () => house.effects.filter((effect) => effect.kind === 'renew_copies')
  const state = () => query<{ erasures: { state: string }[] }>(house, 'erasures/list').erasures[0]?.state
  expect(asked()).toEqual([first])
  house.tick(1_000)
  expect(asked()).toEqual([])
  house.restart()
  house.tick(1_000)
  expect(asked()).toEqual([first])
  house.send({ kind: 'copies_renewed', since: first.since - 1 })
  expect(state()).toMatch(/new backup.*free pages/)
  house.send({ kind: 'copies_renewed', since: first.since })
  // A reader is in the way.
  house.tick(1_000)
  expect(state()).toBe('waiting until free pages of the database are overwritten')
  forgotten = true
  house.tick(1_000)
  house.tick(1_000)
  expect(house.all('SELECT state, pseudonym, traces FROM erasures')).toEqual([
    { state: 'done', pseudonym: null, traces: null },
  ])
})

it('says in the health of the hub, once, that the file cannot be made to forget, and no longer when it can', () => {
  let fails = true
  const forgetRemoved = () => {
    if (fails) throw new Error('no room')
    return true
  }
  const house = livedIn(openTestHouse({ forgetRemoved }))
  erase.device(house)
  finishErasing(house)
  house.send({ kind: 'copies_renewed', since: house.now })
  const told = () => {
    house.tick(1_000)
    return house.effects.flatMap((effect) => (effect.kind === 'problem' ? [effect.problem] : []))
  }
  expect(told()).toMatchObject([{ code: 'part_failed', message: expect.stringContaining('no room') }])
  expect(told()).toEqual([])
  fails = false
  expect([told(), told()]).toEqual([[], [null]])
  expect(house.all('SELECT state FROM erasures')).toEqual([{ state: 'done' }])
})

it('is asked of central while copies cannot be made, and is done when both are', () => {
  const house = livedIn()
  writeSyncIdentity(house.db, { ...readSyncIdentity(house.db), site: 'home' })
  erase.device(house)
  finishErasing(house)
  const [pending] = readErasures(house.db).pending
  expect(pending).toMatchObject({ what: 'device', key: DEVICE })
  const state = () => house.all('SELECT state, copies_renewed_at, erased_at_central FROM erasures')
  const step = { step: 'erased' as const, id: pending?.id ?? '', rows: 3, done: true, refused: null }
  house.send({ kind: 'sync', change: step })
  expect(state()).toEqual([{ state: 'elsewhere', copies_renewed_at: null, erased_at_central: house.now }])
  expect(readErasures(house.db).pending).toEqual([])
  house.send({ kind: 'copies_renewed', since: house.now })
  house.tick(1_000)
  expect(state()).toMatchObject([{ state: 'done' }])
})

it('refuses whom central gives to the house, and says what is to be done first', () => {
  const house = livedIn()
  house.db.exec(
    `INSERT INTO managed_rows (scope, table_name, row_key, row, updated_at) VALUES ('fleet', 'users', '${PERSON}', '{}', 0)`,
  )
  expect(erase.user(house)).toMatchObject({
    status: 'error',
    error: { code: 'centrally_managed', hint: expect.stringContaining(`lares central remove fleet users ${PERSON}`) },
  })
  // Taken out there, the row is left behind here: closed, and still central's.
  house.db.exec('DELETE FROM managed_rows')
  house.db.exec(`UPDATE users SET managed_by = 'central', scope = 'fleet', is_active = 0 WHERE id = '${PERSON}'`)
  expect(erase.user(house).status).toBe('ok')
  finishErasing(house)
  expect(mentions(house, WORDS.user)).toEqual([])
})

it('says before what goes, in words that fit the numbers, and nothing of a central that there is not', () => {
  const house = livedIn()
  const said = () => {
    const danger = findAdminCommand('users', 'erase')?.danger
    return danger?.({ db: house.db } as never, { email: 'anna@example.com' })
  }
  expect(said()).toContain(
    'for good, in this house: the account, 1 token, 1 place in a house, 1 conversation, 1 recording',
  )
})

it('says how far it is', () => {
  const house = livedIn()
  erase.device(house)
  const state = () => query<{ erasures: object[] }>(house, 'erasures/list').erasures[0]
  expect(state()).toMatchObject({ what: 'device', state: 'looking through the events', removed: 0, done_at: null })
  finishErasing(house)
  expect(state()).toMatchObject({ state: expect.stringContaining('backup') })
})

it('leaves words of others that are called like it', () => {
  const house = livedIn()
  house.db.prepare("UPDATE devices SET name = 'e' WHERE id = ?").run(DEVICE)
  house.send([`lares/${OTHER}/event`, { type: 'button_pressed', data: { e: 'e', temperature: 3 } }])
  const told = () => house.all('SELECT description, event_data FROM events WHERE device_id = ? ORDER BY id', OTHER)
  const before = told()
  erase.device(house)
  finishErasing(house)
  expect(told()).toEqual(before)
})

it('looks at no more than two million characters of events in a transaction', () => {
  const house = livedIn()
  const insert = house.db.prepare(
    "INSERT INTO events (event_type, category, title, description, source, event_data, timestamp, created_at, updated_at) VALUES ('told', 'system', '', ?, 'system', '{}', ?, ?, ?)",
  )
  for (let row = 0; row < 5; row++) insert.run('long '.repeat(200_000), house.now, house.now, house.now)
  const last = Number(house.db.prepare('SELECT max(id) FROM events').pluck().get())
  erase.device(house)
  const upto = () => house.db.prepare('SELECT events_upto FROM erasures').pluck().get()
  house.tick(1_000)
  expect(upto()).toBe(last - 3)
  house.tick(1_000)
  expect(upto()).toBe(last - 1)
})

it('keeps that a request was done whose answer is of it, so that it is not done again', () => {
  const house = livedIn()
  const rename = (device: string, name: string, id: string) =>
    ask(house, commandInput('devices/rename', { device, name }, { id }))
  rename(DEVICE, 'Jo', 'of it')
  const other = rename(OTHER, 'Jolanda', 'of another')
  erase.device(house)
  finishErasing(house)
  expect(rename(DEVICE, 'Jo', 'of it')).toMatchObject({
    status: 'error',
    error: { code: 'id_reused', message: expect.stringContaining('was done and answered before') },
  })
  expect(house.all("SELECT 1 FROM request_memory WHERE request_id = 'of it'")).toHaveLength(1)
  expect(rename(OTHER, 'Jolanda', 'of another')).toEqual(other)
})

it('says before a person goes whether nobody is left', () => {
  const house = livedIn()
  house.db.exec(
    "UPDATE users SET role = 'user' WHERE id <> '" +
      PERSON +
      "'; UPDATE users SET role = 'admin' WHERE id = '" +
      PERSON +
      "'",
  )
  const context = { db: house.db } as Parameters<NonNullable<typeof eraseUser.danger>>[0]
  expect(eraseUser.danger?.(context, { email: 'anna@example.com', reason: 'asked' })).toContain(
    'No administrator is left',
  )
})
