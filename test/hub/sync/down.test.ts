import { describe, expect, it } from 'vitest'
import { COMPANION } from '../../../shared/companion.ts'
import { useCentral, VERSIONS } from '../../central/postgres-servers.ts'
import { ask, commandInput } from '../engine/ask.ts'
import { rows } from './house-with-central.ts'
import { useHouses } from './scopes-at-central.ts'

const NURSE = { id: 'nurse', name: 'Nurse', tags: ['care'], priority: 7, voice_config: { language: 'de' } }
const FINE = { ok: true, refused: [] }

describe.each(VERSIONS)('rows that central manages, on PostgreSQL %s', (version) => {
  const central = useCentral(version)
  const begin = useHouses(central)

  it('arrive with what they refer to, and say whose they are', async () => {
    const home = await begin()
    await home.grant('care')
    await home.put('care', 'personas', NURSE)
    await home.put('care', 'persona_versions', { id: 'nurse-1', persona_id: 'nurse', version: '1.0.0', artifacts: {} })
    await home.put('care', 'users', { id: 'u-anna', email: 'anna@example.org', role: 'admin' })
    await home.put('care', 'device_groups', { id: 'g-day', name: 'Day', owner_id: 'u-anna', settings: { n: 1.5 } })
    home.pump.start()
    expect(await home.taken('care')).toEqual(FINE)
    const managed = { managed_by: 'central', scope: 'care' }
    expect(home.one('SELECT * FROM personas WHERE id = ?', 'nurse')).toMatchObject({
      ...managed,
      name: 'Nurse',
      tags: '["care"]',
      priority: 7,
      voice_config: '{"language":"de"}',
      is_active: 1,
      created_at: home.house.now,
      updated_at: home.house.now,
    })
    expect(home.one('SELECT * FROM persona_versions WHERE id = ?', 'nurse-1')).toMatchObject(managed)
    expect(home.one('SELECT * FROM users WHERE id = ?', 'u-anna')).toMatchObject({ ...managed, role: 'admin' })
    expect(home.one('SELECT * FROM device_groups WHERE id = ?', 'g-day')).toMatchObject({
      ...managed,
      owner_id: 'u-anna',
      settings: '{"n":1.5}',
    })
  })

  it('follow what is changed centrally, by the minute', async () => {
    const home = await begin()
    await home.grant('care')
    await home.put('care', 'personas', NURSE)
    home.pump.start()
    await home.taken('care')
    await home.put('care', 'personas', { ...NURSE, name: 'Night nurse' })
    // Nobody wakes the pump: its own look comes.
    await home.until('the new name is here', () =>
      Boolean(home.one("SELECT 1 FROM personas WHERE id = 'nurse' AND name = 'Night nurse'")),
    )
    expect(await home.taken('care')).toEqual(FINE)
  })

  it('have the default of what central no longer says', async () => {
    const home = await begin()
    await home.grant('care')
    await home.put('care', 'personas', { ...NURSE, description: 'Kind' })
    await home.put('care', 'users', { id: 'u-anna', email: 'anna@example.org', full_name: 'Anna', role: 'admin' })
    home.pump.start()
    await home.taken('care')
    await home.put('care', 'personas', { id: 'nurse', name: 'Nurse' })
    await home.put('care', 'users', { id: 'u-anna', email: 'anna@example.org' })
    expect(await home.taken('care')).toEqual(FINE)
    expect(home.one('SELECT * FROM personas WHERE id = ?', 'nurse')).toMatchObject({
      description: null,
      tags: '[]',
      priority: 0,
      voice_config: null,
      current_version: '1.0.0',
    })
    expect(home.one('SELECT full_name, role, is_active FROM users')).toEqual({
      full_name: null,
      role: 'user',
      is_active: 1,
    })
    expect(await home.compared('care')).toEqual(FINE)
  })

  it('become inactive when they are removed, or leave where a table knows no such thing, and come back', async () => {
    const home = await begin()
    await home.grant('care')
    await home.put('care', 'personas', NURSE)
    await home.put('care', 'device_groups', { id: 'g-day', name: 'Day' })
    home.pump.start()
    await home.taken('care')
    await home.remove('care', 'personas', 'nurse')
    await home.remove('care', 'device_groups', 'g-day')
    expect(await home.taken('care')).toEqual(FINE)
    expect(home.one('SELECT is_active FROM personas WHERE id = ?', 'nurse')).toEqual({ is_active: 0 })
    expect(home.one('SELECT 1 FROM device_groups WHERE id = ?', 'g-day')).toBeUndefined()
    expect(home.house.all('SELECT 1 FROM managed_rows')).toEqual([])
    await home.put('care', 'personas', NURSE)
    await home.put('care', 'device_groups', { id: 'g-day', name: 'Day again' })
    expect(await home.taken('care')).toEqual(FINE)
    expect(home.one('SELECT is_active FROM personas WHERE id = ?', 'nurse')).toEqual({ is_active: 1 })
    expect(home.one('SELECT name FROM device_groups WHERE id = ?', 'g-day')).toEqual({ name: 'Day again' })
  })

  it('come with a scope that is granted later, however old they are, and leave with it', async () => {
    const home = await begin()
    await home.grant('care')
    await home.put('night', 'personas', NURSE)
    await home.put('night', 'device_groups', { id: 'g-night', name: 'Night' })
    await home.put('care', 'device_groups', { id: 'g-day', name: 'Day' })
    home.pump.start()
    await home.taken('care')
    expect(home.one("SELECT 1 FROM personas WHERE id = 'nurse'")).toBeUndefined()
    await home.grant('night')
    expect(await home.taken('night')).toEqual(FINE)
    expect(home.one("SELECT scope FROM personas WHERE id = 'nurse'")).toEqual({ scope: 'night' })
    await home.revoke('night')
    await home.soon('the scope has left', () => home.events('scope_left').length === 1)
    expect(home.events('scope_left')).toEqual([{ scope: 'night' }])
    expect(home.house.all('SELECT id FROM device_groups')).toEqual([{ id: 'g-day' }])
    expect(home.one("SELECT is_active FROM personas WHERE id = 'nurse'")).toEqual({ is_active: 0 })
    expect(home.house.all('SELECT scope FROM managed_scopes')).toEqual([{ scope: 'care' }])
    // Granted once more, they come once more.
    await rows(home.admin, 'DELETE FROM lares.scope_states')
    await home.grant('night')
    expect(await home.taken('night')).toEqual(FINE)
    expect(home.one("SELECT is_active FROM personas WHERE id = 'nurse'")).toEqual({ is_active: 1 })
  })

  it('may come in any order within a page', async () => {
    const home = await begin()
    await home.grant('care')
    await home.put('care', 'persona_versions', { id: 'nurse-1', persona_id: 'nurse', version: '1.0.0' })
    await home.put('care', 'personas', NURSE)
    home.pump.start()
    expect(await home.taken('care')).toEqual(FINE)
    expect(home.one("SELECT version FROM persona_versions WHERE id = 'nurse-1'")).toEqual({ version: '1.0.0' })
    expect(home.events('central_row_refused')).toEqual([])
  })

  it('come page by page, also a child whose parent is on a later page', async () => {
    const home = await begin()
    await home.grant('many')
    await home.put('many', 'persona_versions', { id: 'nurse-1', persona_id: 'nurse', version: '1.0.0' })
    await rows(
      home.admin,
      "SELECT lares.put_row('many', 'device_groups', 'g' || n, jsonb_build_object('id', 'g' || n, 'name', 'Group ' || n)) FROM generate_series(1, 600) n",
    )
    await home.put('many', 'personas', NURSE)
    home.pump.start()
    expect(await home.taken('many')).toEqual(FINE)
    expect(home.one('SELECT count(*) AS n FROM device_groups')).toEqual({ n: 600 })
    expect(home.one('SELECT seq FROM managed_scopes')).toEqual({ seq: 602 })
    expect(home.one("SELECT managed_by FROM persona_versions WHERE id = 'nurse-1'")).toEqual({ managed_by: 'central' })
  })

  it('never travel back, and the copy that central had of a row which gave way is marked deleted', async () => {
    const home = await begin()
    home.pump.start()
    await home.settled()
    const copy = () =>
      rows<{ deleted_at: Date | null; name: string }>(
        home.admin,
        'SELECT name, deleted_at FROM lares.personas WHERE site_id = $1 AND id = $2',
        [home.site, COMPANION],
      )
    expect(await copy()).toEqual([{ name: 'Companion', deleted_at: null }])
    await home.grant('care')
    await home.put('care', 'personas', { id: COMPANION, name: 'Central companion' })
    await home.put('care', 'persona_versions', { id: 'companion-1', persona_id: COMPANION, version: '1.0.0' })
    await home.put('care', 'users', { id: 'u-anna', email: 'anna@example.org' })
    expect(await home.taken('care')).toEqual(FINE)
    // What stands there is the note that the site's own rows are gone.
    await home.settled()
    await home.put('care', 'users', { id: 'u-anna', email: 'anna@example.org', full_name: 'Anna' })
    await home.put('care', 'personas', { id: COMPANION, name: 'Central companion again' })
    expect(await home.taken('care')).toEqual(FINE)
    expect(
      home.house.all("SELECT * FROM sync_changes WHERE table_name IN ('users', 'personas', 'persona_versions')"),
    ).toEqual([])
    expect(await copy()).toEqual([{ name: 'Companion', deleted_at: expect.any(Date) }])
    expect(
      await rows(
        home.admin,
        'SELECT 1 FROM lares.persona_versions WHERE site_id = $1 AND persona_id = $2 AND deleted_at IS NULL',
        [home.site, COMPANION],
      ),
    ).toEqual([])
    expect(await rows(home.admin, 'SELECT id FROM lares.users')).toEqual([])
  })

  it('end the sessions of a person whose account is closed or whose role is another', async () => {
    const home = await begin()
    await home.grant('care')
    await home.put('care', 'users', { id: 'u-anna', email: 'anna@example.org' })
    await home.put('care', 'users', { id: 'u-bert', email: 'bert@example.org' })
    home.pump.start()
    await home.taken('care')
    const closed = () => home.effects.flatMap((effect) => (effect.kind === 'disconnect_user' ? [effect.user] : []))
    expect(closed()).toEqual([])
    await home.put('care', 'users', { id: 'u-anna', email: 'anna@example.org', is_active: false })
    await home.taken('care')
    expect(closed()).toEqual(['u-anna'])
    await home.remove('care', 'users', 'u-bert')
    await home.taken('care')
    expect(closed()).toEqual(['u-anna', 'u-bert'])
    // Who comes back may have fewer rights than before: logins of before do not count. A new name ends none.
    await home.put('care', 'users', { id: 'u-anna', email: 'anna@example.org', role: 'admin' })
    await home.taken('care')
    expect(closed()).toEqual(['u-anna', 'u-bert', 'u-anna'])
    await home.put('care', 'users', { id: 'u-anna', email: 'anna@example.org', role: 'admin', full_name: 'Anna' })
    await home.taken('care')
    expect(closed()).toHaveLength(3)
    await home.put('care', 'users', { id: 'u-anna', email: 'anna@example.org', role: 'user' })
    await home.taken('care')
    expect(closed()).toEqual(['u-anna', 'u-bert', 'u-anna', 'u-anna'])
  })

  it('cannot be edited here, whatever tries it', async () => {
    const home = await begin()
    await home.grant('care')
    await home.put('care', 'users', { id: 'u-anna', email: 'anna@example.org' })
    home.pump.start()
    await home.taken('care')
    const { db } = home.house
    expect(() => db.prepare("UPDATE users SET role = 'admin' WHERE id = 'u-anna'").run()).toThrow('centrally_managed')
    expect(() => db.prepare("DELETE FROM users WHERE id = 'u-anna'").run()).toThrow('centrally_managed')
    const answer = ask(home.house, commandInput('users/update', { email: 'anna@example.org', role: 'admin' }))
    expect(answer).toMatchObject({ status: 'error', error: { code: 'centrally_managed' } })
    expect(JSON.stringify(answer.error)).toContain('lares central put care users')
    expect(home.one("SELECT role FROM users WHERE id = 'u-anna'")).toEqual({ role: 'user' })
  })
})
