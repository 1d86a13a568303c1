import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { RESTORED_COPY } from '../../../hub/store/backup.ts'
import type { Moment } from '../../../hub/sync/failpoint.ts'
import { VERSIONS } from '../../central/postgres-servers.ts'
import { ask, commandInput } from '../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../engine/engine-in-memory.ts'
import { DEVICE, finishErasing, livedIn, mentions, OTHER, WORDS } from '../features/erasures/lived-in.ts'
import { houseWithCentral, rows } from './house-with-central.ts'
import { mentionsThere } from './mentions-there.ts'
import { type JoinedHouse, useHouses } from './use-houses.ts'

const erased = (house: TestHouse) =>
  house.all<{ state: string }>('SELECT state FROM erasures').map(({ state }) => state)

/** Everything that the hub itself does: all rows go, and the backups are made anew. */
function eraseHere(house: TestHouse, what: 'device' | 'user'): void {
  const command =
    what === 'device'
      ? commandInput('devices/erase', { device: DEVICE })
      : commandInput('users/erase', { email: 'anna@example.com' })
  expect(ask(house, command).status).toBe('ok')
  finishErasing(house)
  house.tick(1_000)
  house.send({ kind: 'copies_renewed', since: house.now })
}

const done = (joined: JoinedHouse) =>
  joined.until('central confirmed it', () => erased(joined.house).every((state) => state === 'done'))

/** The house whose database was put back to a copy, with a way to central of its own. */
function putBack(copy: Buffer, { house, admin, site, url }: JoinedHouse) {
  const db = new Sqlite(copy)
  db.pragma('foreign_keys = ON')
  const restored = openTestHouse({ db })
  restored.now = house.now
  db.prepare('INSERT INTO hub_settings (key, value) VALUES (?, ?)').run(RESTORED_COPY, '1')
  return Object.assign(houseWithCentral(url, {}, restored), { admin, site, url })
}

describe.each(VERSIONS)('an erasure at central on PostgreSQL %s', (version) => {
  const houses = useHouses(version)

  it.each(['device', 'user'] as const)('takes every word of a %s from every epoch, and nothing else', async (what) => {
    const joined = await houses.house()
    const { house, pump, settled, admin, site } = joined
    livedIn(house)
    pump.start()
    await settled()
    await joined.kill()
    // A second epoch, in which the device measured on.
    house.db.prepare('INSERT INTO hub_settings (key, value) VALUES (?, ?)').run(RESTORED_COPY, '1')
    house.send([`lares/${DEVICE}/readings`, { items: [{ sensor: 'other', kind: 'temperature', value: 7 }] }])
    joined.restart()
    await settled()
    expect((await mentionsThere(admin, WORDS[what])).length).toBeGreaterThan(8)
    eraseHere(house, what)
    expect(erased(house)).toEqual(['elsewhere'])
    await done(joined)
    await settled()
    expect(await mentionsThere(admin, WORDS[what])).toEqual([])
    expect(house.all('SELECT id FROM sync_quarantine')).toEqual([])
    for (const table of ['readings', 'devices', 'users', 'people', 'messages'])
      expect(
        await rows(admin, `SELECT count(*)::integer AS n FROM lares.${table} WHERE site_id = $1`, [site]),
        table,
      ).toEqual(house.all(`SELECT count(*) AS n FROM ${table}`))
    expect(await rows(admin, 'SELECT what, from_house FROM lares.erasures')).toEqual([{ what, from_house: true }])
  })
})

describe('an erasure, whatever happens meanwhile', () => {
  const houses = useHouses(VERSIONS.at(-1) ?? '18')

  it('is done again by a database that was put back to before it, and nothing of it comes back', async () => {
    const joined = await houses.house()
    const { house, pump, settled, admin } = joined
    livedIn(house)
    pump.start()
    await settled()
    const copy = house.db.serialize()
    eraseHere(house, 'device')
    await done(joined)
    await settled()
    await joined.kill()

    const again = putBack(copy, joined)
    const restored = again.house
    expect(mentions(restored, [DEVICE]).length).toBeGreaterThan(8)
    again.pump.start()
    try {
      await again.until('the house heard of it', () => erased(restored).length === 1)
      // Nothing goes to central as long as rows of it are being removed.
      expect(await mentionsThere(admin, [DEVICE])).toEqual([])
      finishErasing(restored)
      restored.tick(1_000)
      restored.send({ kind: 'copies_renewed', since: restored.now })
      await done(again)
      await again.settled()
      expect(mentions(restored, WORDS.device)).toEqual([])
      expect(await mentionsThere(admin, WORDS.device)).toEqual([])
      expect(restored.all("SELECT count(*) AS n FROM events WHERE event_type = 'erased_again'")).toEqual([{ n: 1 }])
    } finally {
      await again.kill()
    }
  })

  it.each(['begun', 'erased', 'committed'] as Moment[])(
    'is done once more when the hub is killed at "%s"',
    async (moment) => {
      const joined = await houses.house()
      const { house, pump, settled, admin } = joined
      livedIn(house)
      pump.start()
      await settled()
      await joined.kill()
      let killed = false
      joined.restart({
        failpoint(at, work) {
          if (work !== 'erase' || at !== moment || killed) return
          killed = true
          // Nothing is written down any more, and the line is gone.
          return joined.kill().then(() => new Promise<never>(() => {}))
        },
      })
      eraseHere(house, 'device')
      await joined.until('it was killed', () => killed)
      expect(erased(house)).toEqual(['elsewhere'])
      joined.restart()
      await done(joined)
      await settled()
      expect(await mentionsThere(admin, WORDS.device)).toEqual([])
    },
  )

  it('says that central does not do it, sends everything else, and asks again', async () => {
    const joined = await houses.house()
    const { house, pump, settled, admin } = joined
    await rows(
      admin,
      'REVOKE EXECUTE ON FUNCTION lares.erase_from_house(uuid, uuid, text, text, text, text, integer) FROM lares_site',
    )
    livedIn(house)
    pump.start()
    await settled()
    eraseHere(house, 'device')
    await joined.until(
      'it was refused',
      () => house.all('SELECT 1 FROM erasures WHERE refused IS NOT NULL').length === 1,
    )
    expect(house.all('SELECT state, refused FROM erasures')).toEqual([
      { state: 'elsewhere', refused: expect.stringContaining('lares central erase') },
    ])
    house.device('new-one-a1b2c3', 'mqtt')
    await settled()
    expect(await rows(admin, "SELECT id FROM lares.devices WHERE id = 'new-one-a1b2c3'")).toHaveLength(1)
    await rows(
      admin,
      'GRANT EXECUTE ON FUNCTION lares.erase_from_house(uuid, uuid, text, text, text, text, integer) TO lares_site',
    )
    house.tick(601_000)
    await done(joined)
    expect(await mentionsThere(admin, WORDS.device)).toEqual([])
  })

  it('that somebody did at central, because no house may, is done, and counts as its own', async () => {
    const joined = await houses.house()
    const { house, pump, settled, admin, site } = joined
    await rows(
      admin,
      'REVOKE EXECUTE ON FUNCTION lares.erase_from_house(uuid, uuid, text, text, text, text, integer) FROM lares_site',
    )
    livedIn(house)
    pump.start()
    await settled()
    eraseHere(house, 'device')
    await joined.until('it was refused', () => house.all("SELECT 1 FROM erasures WHERE refused <> ''").length === 1)
    // Done by others once, and then rows of it came again: nothing is confirmed while they are there.
    await rows(
      admin,
      "INSERT INTO lares.erasures (by_role, site_id, what, key, reason, rows) VALUES ('x', $1, 'device', $2, 'r', 0)",
      [site, DEVICE],
    )
    house.tick(601_000)
    await joined.until(
      'it was refused again',
      () => house.all("SELECT 1 FROM erasures WHERE refused <> ''").length === 1,
    )
    await rows(admin, "SELECT lares.erase($1, 'device', $2, 'asked')", [site, DEVICE])
    const heard = () => rows(admin, 'SELECT DISTINCT from_house FROM lares.erasures')
    expect(await heard()).toEqual([{ from_house: false }])
    house.tick(601_000)
    await done(joined)
    expect(await mentionsThere(admin, WORDS.device)).toEqual([])
    expect(await heard()).toEqual([{ from_house: true }])
  })

  it('that somebody did at central is done again by a database that was put back to before it was asked for', async () => {
    const joined = await houses.house()
    const { house, pump, settled, admin, site } = joined
    await rows(
      admin,
      'REVOKE EXECUTE ON FUNCTION lares.erase_from_house(uuid, uuid, text, text, text, text, integer) FROM lares_site',
    )
    livedIn(house)
    pump.start()
    await settled()
    const copy = house.db.serialize()
    eraseHere(house, 'device')
    await joined.until('it was refused', () => house.all("SELECT 1 FROM erasures WHERE refused <> ''").length === 1)
    await rows(admin, "SELECT lares.erase($1, 'device', $2, 'asked')", [site, DEVICE])
    house.tick(601_000)
    await done(joined)
    await joined.kill()

    const again = putBack(copy, joined)
    const restored = again.house
    expect(mentions(restored, [DEVICE]).length).toBeGreaterThan(8)
    again.pump.start()
    try {
      await again.until('the house heard of it', () => erased(restored).length === 1)
      expect(await mentionsThere(admin, [DEVICE])).toEqual([])
      finishErasing(restored)
      restored.tick(1_000)
      restored.send({ kind: 'copies_renewed', since: restored.now })
      await done(again)
      await again.settled()
      expect(mentions(restored, WORDS.device)).toEqual([])
      expect(await mentionsThere(admin, WORDS.device)).toEqual([])
      // What is of others is sent as ever.
      expect(await rows(admin, 'SELECT id FROM lares.devices WHERE site_id = $1', [site])).toEqual([{ id: OTHER }])
    } finally {
      await again.kill()
    }
  })

  it('looks through the events of a house in steps, however many there are', async () => {
    const joined = await houses.house()
    const { house, pump, settled, admin } = joined
    livedIn(house)
    pump.start()
    await settled()
    await rows(
      admin,
      'INSERT INTO lares.events (site_id, epoch, id, category, event_type, description, event_data, created_at, sync_epoch, sync_seq) ' +
        `SELECT site_id, 1, 1000000 + n, 'system', 'told', CASE WHEN n % 4000 = 0 THEN 'about ${DEVICE}' ELSE 'Annas Tafel' END, '{"Annas Tafel": 1.0}', now(), 1, 1 ` +
        'FROM lares.sites, generate_series(1, 12000) n',
    )
    eraseHere(house, 'device')
    await done(joined)
    const told = await rows(
      admin,
      'SELECT description, count(*)::integer AS n, min(event_data::text) AS data FROM lares.events WHERE id > 1000000 GROUP BY 1 ORDER BY 2',
    )
    expect(told).toEqual([
      { description: expect.stringMatching(/^about erased-/), n: 3, data: '{"Annas Tafel": 1.0}' },
      { description: 'Annas Tafel', n: 11_997, data: '{"Annas Tafel": 1.0}' },
    ])
    expect(await rows(admin, 'SELECT key FROM lares.erasing')).toEqual([])
  })

  it('of rows whose reply was lost begins no new epoch', async () => {
    const joined = await houses.house()
    const { house, pump, settled, admin } = joined
    livedIn(house)
    pump.start()
    await settled()
    await joined.kill()
    const more = Array.from({ length: 50 }, (_, value) => ({ sensor: 's', kind: 'temperature', value }))
    house.send([`lares/${DEVICE}/readings`, { items: more }])
    // Central takes the rows, and the hub hears nothing of it.
    let lost = false
    joined.restart({
      failpoint(at, work) {
        if (work !== 'readings' || at !== 'committed' || lost) return
        lost = true
        return joined.kill().then(() => new Promise<never>(() => {}))
      },
    })
    await joined.until('the reply was lost', () => lost)
    eraseHere(house, 'device')
    joined.restart()
    await done(joined)
    await settled()
    expect(joined.pump.state.identity.epoch).toBe(1)
    expect(await mentionsThere(admin, WORDS.device)).toEqual([])
  })
})
