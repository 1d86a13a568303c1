import { describe, expect, it } from 'vitest'
import { RESTORED_COPY } from '../../../hub/store/backup.ts'
import { VERSIONS } from '../../central/postgres-servers.ts'
import { reading } from '../engine/engine-in-memory.ts'
import { CANARY, CANARY_TIME, fillHouse, rowsHere, rowsThere, textOf } from './full-house.ts'
import { rows, TABLES } from './house-with-central.ts'
import { useHouses } from './use-houses.ts'

const PI = 'lares/pi-a1b2c3/readings'

describe.each(VERSIONS)('a house and central on PostgreSQL %s', (version) => {
  const houses = useHouses(version)

  it('sends what it has, and what comes after', async () => {
    const { house, pump, settled, admin, site } = await houses.house()
    house.device('pi-a1b2c3')
    house.send([PI, reading(1, 40)], [PI, reading(2, 41)])
    pump.start()
    await settled()
    const stored = () =>
      rows(
        admin,
        'SELECT epoch, id, series_epoch, value, reading_time FROM lares.readings WHERE site_id = $1 ORDER BY id',
        [site],
      )
    expect(await stored()).toMatchObject([
      { epoch: 1, id: '1', series_epoch: 1, value: 40 },
      { epoch: 1, id: '2', series_epoch: 1, value: 41 },
    ])
    expect(await rows(admin, 'SELECT id, name, deleted_at FROM lares.devices')).toMatchObject([
      { id: 'pi-a1b2c3', name: 'pi-a1b2c3', deleted_at: null },
    ])
    house.send([PI, reading(3, 42)])
    await settled()
    expect(await stored()).toHaveLength(3)
  })

  it('sends every column of every table as it is', async () => {
    const { house, pump, settled, admin, site } = await houses.house()
    fillHouse(house.db)
    pump.start()
    await settled()
    for (const table of TABLES) {
      const here = rowsHere(house.db, table)
      expect(here.length).toBeGreaterThan(5)
      expect(await rowsThere(admin, site, table), table.name).toEqual(here)
    }
    expect(house.all('SELECT table_name, row_key, reason FROM sync_quarantine')).toEqual([])
  })

  it('never sends what is secret or volatile', async () => {
    const { house, pump, settled, admin } = await houses.house()
    fillHouse(house.db)
    // A value that central refuses is kept there as the line that was sent.
    house.db.prepare("UPDATE users SET full_name = ? WHERE email LIKE '0%'").run('a\u0000b')
    house.db.prepare("UPDATE devices SET user_description = ? WHERE id LIKE 'devices-1%'").run('a\u0000b')
    pump.start()
    await settled()
    expect(house.all('SELECT id FROM sync_quarantine')).toHaveLength(2)
    expect(JSON.stringify(house.all('SELECT * FROM users, devices'))).toContain(CANARY)
    const there = await textOf(admin)
    expect(there).toContain('tab')
    expect(there).not.toContain(CANARY)
    expect(there).not.toContain(Buffer.from(CANARY).toString('hex'))
    expect(there).not.toContain(new Date(CANARY_TIME).toISOString().slice(0, 10))
  })

  it('marks as deleted what is deleted here, and takes a row that comes again', async () => {
    const { house, pump, settled, admin, site } = await houses.house()
    const room = () =>
      rows(admin, 'SELECT name, deleted_at IS NOT NULL AS gone FROM lares.rooms WHERE site_id = $1', [site])
    const home = house.db.prepare('SELECT id FROM houses').pluck().get()
    const add = (name: string) =>
      house.db
        .prepare(
          "INSERT INTO rooms (id, house_id, name, room_type, created_at, updated_at) VALUES ('r', ?, ?, 'x', 1, 1)",
        )
        .run(home, name)
    add('Kitchen')
    pump.start()
    await settled()
    expect(await room()).toEqual([{ name: 'Kitchen', gone: false }])
    house.db.prepare('DELETE FROM rooms').run()
    await settled()
    expect(await room()).toEqual([{ name: 'Kitchen', gone: true }])
    add('Bath')
    await settled()
    expect(await room()).toEqual([{ name: 'Bath', gone: false }])
  })

  it('that was put back to a copy marks what it has no more, and brings back what it has again', async () => {
    const { house, pump, settled, kill, restart, admin } = await houses.house()
    const add = (id: string) =>
      house.db.prepare('INSERT INTO users (id, email, created_at, updated_at) VALUES (?, ?, 1, 1)').run(id, id)
    for (const id of ['kept', 'new', 'undead']) add(id)
    pump.start()
    await settled()
    house.db.prepare("DELETE FROM users WHERE id = 'undead'").run()
    await settled()
    await kill()
    // The copy is from before one was made and another one deleted.
    house.db.prepare("DELETE FROM users WHERE id = 'new'").run()
    add('undead')
    house.db.prepare('DELETE FROM sync_changes').run()
    house.db.prepare('INSERT INTO hub_settings (key, value) VALUES (?, ?)').run(RESTORED_COPY, '1')
    restart()
    await settled()
    expect(await rows(admin, 'SELECT id, deleted_at IS NOT NULL AS gone FROM lares.users ORDER BY id')).toEqual([
      { id: 'kept', gone: false },
      { id: 'new', gone: true },
      { id: 'undead', gone: false },
    ])
    expect(house.all("SELECT 1 FROM events WHERE event_type = 'sync_epoch'")).toHaveLength(1)
  })

  it('brings marks of an event whether they were made before it was sent or after', async () => {
    const { house, pump, settled, admin } = await houses.house()
    const add = (type: string) =>
      house.db
        .prepare(
          "INSERT INTO events (event_type, category, title, description, source, timestamp, created_at, updated_at) VALUES (?, 'x', 'x', 'x', 'system', 1, 1, 1)",
        )
        .run(type)
    const mark = (type: string, by: string) =>
      house.db.prepare('UPDATE events SET processed = 1, acknowledged_by = ? WHERE event_type = ?').run(by, type)
    add('marked first')
    mark('marked first', 'anna')
    add('marked later')
    pump.start()
    await settled()
    mark('marked later', 'ben')
    mark('marked first', 'clara')
    await settled()
    expect(
      await rows(
        admin,
        "SELECT event_type, processed, acknowledged_by FROM lares.events WHERE event_type LIKE 'marked%' ORDER BY 1",
      ),
    ).toEqual([
      { event_type: 'marked first', processed: true, acknowledged_by: 'clara' },
      { event_type: 'marked later', processed: true, acknowledged_by: 'ben' },
    ])
  })
})
