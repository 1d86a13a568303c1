import { beforeAll, describe, expect, it } from 'vitest'
import { linesFrom } from '../../central/central-address.ts'
import { withCentral } from '../../central/connect.ts'
import { eraseRows } from '../../central/erase.ts'
import { grantScope, putRow, removeRow } from '../../central/scopes.ts'
import { addSite } from '../../central/sites.ts'
import { connected, query, useCentral, VERSIONS } from './postgres-servers.ts'

const TOUCH = "SELECT set_config('lares.touches_audit', 'on', false)"

describe.each(VERSIONS)('on PostgreSQL %s', (version) => {
  const central = useCentral(version)
  let admin = ''
  let site = ''
  let line = ''

  beforeAll(async () => {
    admin = await central.migrated()
    const made = await withCentral(admin, (db) => addSite(db, 'home'))
    site = made.site_id
    line = linesFrom(admin)(made.role, made.password)
  })

  const columns =
    'site_id, epoch, id, category, event_type, user_id, device_id, session_id, event_data, description, old_state, new_state, created_at, sync_epoch, sync_seq'
  /** One row of the audit, as a hub sends it. */
  const event = (id: number, more: Record<string, unknown>) =>
    query(
      line,
      `INSERT INTO lares.events (${columns}) SELECT $1, 1, $2, coalesce(category, 'audit'), event_type, user_id, device_id, session_id, ` +
        "coalesce(event_data, '{}'), description, old_state, new_state, '2026-03-01', 1, $2 FROM jsonb_populate_record(NULL::lares.events, $3)",
      [site, id, JSON.stringify({ event_type: 'api_call', description: 'asked', ...more })],
    )
  const rowOf = async (id: number) =>
    (
      await query(
        admin,
        'SELECT user_id, device_id, session_id, event_data, description, old_state, new_state FROM lares.events WHERE id = $1',
        [id],
      )
    )[0]

  describe('the audit of a house', () => {
    beforeAll(async () => {
      await event(1, { user_id: 'u-1' })
      await event(2, { category: 'device', event_type: 'button_pressed' })
    })

    it.each([
      ['changed', "UPDATE lares.events SET description = 'nothing' WHERE id = 1"],
      ['made something else', "UPDATE lares.events SET category = 'device' WHERE id = 1"],
      ['added to', "UPDATE lares.events SET category = 'audit' WHERE id = 2"],
    ])('is not %s by its hub, whatever that sets', async (_how, sql) => {
      await connected(line, async (client) => {
        await client.query(TOUCH)
        await expect(client.query(sql)).rejects.toMatchObject({ code: '23000' })
      })
      await expect(query(line, 'DELETE FROM lares.events')).rejects.toMatchObject({ code: '42501' })
    })

    it('is neither changed nor removed by the owner or a superuser in passing', async () => {
      for (const role of ['lares_owner', 'postgres'])
        await connected(admin, async (client) => {
          await client.query(`SET ROLE ${role}`)
          for (const sql of [
            "UPDATE lares.events SET title = 'x' WHERE id = 1",
            'DELETE FROM lares.events WHERE id = 1',
            'TRUNCATE lares.events',
          ])
            await expect(client.query(sql)).rejects.toMatchObject({ code: '23000' })
        })
    })

    it('may come again as it was, and other events may be marked', async () => {
      const again = await connected(line, (client) =>
        client.query('UPDATE lares.events SET sync_epoch = 2, sync_seq = 9, synced_at = now() WHERE id = 1'),
      )
      expect(again.rowCount).toBe(1)
      await query(line, 'UPDATE lares.events SET processed = true WHERE id = 2')
    })

    it('is moved from the partition of the rest to that of its month, and a column that was missing is filled', async () => {
      await query(
        line,
        `INSERT INTO lares.events (site_id, epoch, id, category, created_at, sync_epoch, sync_seq, extra) VALUES ($1, 1, 3, 'audit', '2041-05-05', 1, 3, '{"title": "Late"}')`,
        [site],
      )
      await query(admin, "SELECT lares.add_month('events', '2041-05-01')")
      expect(await query(admin, 'SELECT tableoid::regclass::text AS part FROM lares.events WHERE id = 3')).toEqual([
        { part: 'lares.events_2041_05' },
      ])
      await query(admin, "SELECT lares.take_from_extra('events', 'title')")
      expect(await query(admin, 'SELECT title, extra FROM lares.events WHERE id = 3')).toEqual([
        { title: 'Late', extra: null },
      ])
      await expect(query(admin, "UPDATE lares.events SET title = 'x' WHERE id = 3")).rejects.toMatchObject({
        code: '23000',
      })
    })
  })

  it('erasing a person leaves what happened, under one pseudonym, and nothing that says who it was', async () => {
    const secrets = ['u-ann-7', 'ann@example.org', 'Ann "A." Example', 's-ann-1']
    await query(
      line,
      'INSERT INTO lares.users (site_id, id, email, full_name, sync_epoch, sync_seq) VALUES ($1, $2, $3, $4, 1, 1)',
      [site, ...secrets.slice(0, 3)],
    )
    await query(
      line,
      "INSERT INTO lares.sessions (site_id, id, user_id, sync_epoch, sync_seq) VALUES ($1, 's-ann-1', 'u-ann-7', 1, 2)",
      [site],
    )
    await event(11, {
      user_id: 'u-ann-7',
      description: 'u-ann-7 asked for devices/revoke.',
      event_data: { principal: 'u-ann-7', client: 'u-ann-7.x1' },
    })
    await event(12, {
      event_type: 'user_created',
      user_id: 'u-ann-7',
      event_data: { email: 'ann@example.org', name: 'Ann "A." Example', by: 'local' },
    })
    await event(13, { session_id: 's-ann-1', event_data: { by: 'u-bob' } })
    await event(14, { user_id: 'u-bob', event_data: { note: 'annual', by: 'u-bob' } })
    await event(15, { category: 'session', user_id: 'u-ann-7' })
    const bob = await rowOf(14)
    await withCentral(admin, (db) =>
      eraseRows(db, { site_id: site, what: 'user', key: 'u-ann-7', reason: 'asked to be forgotten' }),
    )
    const left = await query(admin, 'SELECT * FROM lares.events WHERE id BETWEEN 11 AND 15 ORDER BY id')
    expect(left.map(({ id }) => Number(id))).toEqual([11, 12, 13, 14])
    for (const secret of secrets) expect(JSON.stringify(left)).not.toContain(JSON.stringify(secret).slice(1, -1))
    const pseudonym = String(left[0]?.user_id)
    expect(pseudonym).toMatch(/^erased-[0-9a-f]{12}$/)
    expect(await rowOf(11)).toMatchObject({
      user_id: pseudonym,
      description: `${pseudonym} asked for devices/revoke.`,
      event_data: { principal: pseudonym, client: `${pseudonym}.x1` },
    })
    expect(await rowOf(12)).toMatchObject({
      user_id: pseudonym,
      event_data: { email: pseudonym, name: pseudonym, by: 'local' },
    })
    expect(await rowOf(13)).toMatchObject({ session_id: pseudonym, event_data: { by: 'u-bob' } })
    expect(await rowOf(14)).toEqual(bob)
    // The house has the row as it was and may send it again: that is no fault of the row, and changes nothing.
    const again = await connected(line, (client) =>
      client.query("UPDATE lares.events SET user_id = 'u-ann-7', sync_epoch = 3 WHERE id = 11"),
    )
    expect(again.rowCount).toBe(0)
    expect(await rowOf(11)).toMatchObject({ user_id: pseudonym })
  })

  it('erasing a device takes its names, former ones too, out of what is said of it', async () => {
    await query(
      line,
      "INSERT INTO lares.devices (site_id, id, name, sync_epoch, sync_seq) VALUES ($1, 'pi-77', 'Hall', 1, 3)",
      [site],
    )
    await event(21, { event_type: 'device_invited', event_data: { name: "Ann's room", by: 'local' } })
    await event(22, { event_type: 'device_renamed', device_id: 'pi-77', old_state: "Ann's room", new_state: 'Hall' })
    await event(23, {
      category: 'device',
      event_type: 'told',
      device_id: 'pi-8',
      description: 'pi-77 left, Hallway stays',
      event_data: { Hall: 1, by: 'u-bob', of: ['Hall', 'Hallway'] },
    })
    await event(24, { category: 'device', event_type: 'told', device_id: 'pi-8', description: 'Hall window: open' })
    await withCentral(admin, (db) => eraseRows(db, { site_id: site, what: 'device', key: 'pi-77', reason: 'sold' }))
    const pseudonym = String((await rowOf(22))?.device_id)
    // That somebody was asked to bring a device of this name says nothing of which one came.
    expect(await rowOf(21)).toMatchObject({ event_data: { name: "Ann's room", by: 'local' } })
    expect(await rowOf(23)).toMatchObject({
      description: `${pseudonym} left, Hallway stays`,
      event_data: { Hall: 1, by: 'u-bob', of: [pseudonym, 'Hallway'] },
    })
    expect(await rowOf(24)).toMatchObject({ description: 'Hall window: open' })
    expect(await rowOf(22)).toMatchObject({ device_id: pseudonym, old_state: pseudonym, new_state: pseudonym })
  })

  it('a version of a persona that a house sent is never changed, and may be sent again and deleted', async () => {
    await query(
      line,
      `INSERT INTO lares.persona_versions (site_id, id, persona_id, version, artifacts, sync_epoch, sync_seq) VALUES ($1, 'v1', 'p', '1.0.0', '{"a": 1}', 1, 1)`,
      [site],
    )
    for (const change of [`artifacts = '{"a": 2}'`, "version = '2'", "change_notes = 'x'"])
      await expect(query(line, `UPDATE lares.persona_versions SET ${change}`)).rejects.toMatchObject({ code: '23000' })
    await query(line, `UPDATE lares.persona_versions SET artifacts = '{"a":1}', sync_seq = 2, deleted_at = now()`)
  })

  describe('what is put at central', () => {
    const put = (table: string, row: Record<string, unknown>, scope = 'fleet') =>
      withCentral(admin, (db) => putRow(db, { scope, table, row }))
    const versions = () =>
      query(
        admin,
        "SELECT row_key, row -> 'artifacts' AS artifacts FROM lares.scope_rows WHERE table_name = 'persona_versions' AND row ->> 'persona_id' = 'nurse' ORDER BY seq",
      )

    it('brings a version with each persona, and wants a new number for another definition', async () => {
      const nurse = { id: 'nurse', name: 'Nurse', system_prompt: 'Be kind.' }
      await put('personas', nurse)
      await put('personas', { ...nurse, is_active: false })
      const first = { row_key: 'nurse@1.0.0', artifacts: { name: 'Nurse', system_prompt: 'Be kind.' } }
      expect(await versions()).toEqual([first])
      await expect(put('personas', { ...nurse, system_prompt: 'Be quick.' })).rejects.toMatchObject({
        code: 'already_exists',
        hint: expect.stringContaining('higher current_version'),
      })
      await put('personas', { ...nurse, system_prompt: 'Be quick.', current_version: '1.1.0' })
      expect(await versions()).toEqual([
        first,
        { row_key: 'nurse@1.1.0', artifacts: { name: 'Nurse', system_prompt: 'Be quick.' } },
      ])
      expect(
        await query(admin, "SELECT row ->> 'system_prompt' AS prompt FROM lares.scope_rows WHERE row_key = 'nurse'"),
      ).toEqual([{ prompt: 'Be quick.' }])
    })

    it('never changes a version, nor gives the key of one that was taken out to another', async () => {
      const one = { id: 'own', persona_id: 'nurse', version: '9', artifacts: { a: 1 } }
      await put('persona_versions', one)
      await put('persona_versions', one)
      await expect(put('persona_versions', { ...one, artifacts: { a: 2 } })).rejects.toMatchObject({
        code: 'bad_params',
        message: expect.stringContaining('never changed'),
      })
      await withCentral(admin, (db) => removeRow(db, { scope: 'fleet', table: 'persona_versions', key: 'own' }))
      await expect(put('persona_versions', { ...one, artifacts: { a: 2 } })).rejects.toMatchObject({
        code: 'bad_params',
      })
    })

    it('has one person for an e-mail address in each house, whatever scope they come by', async () => {
      await withCentral(admin, async (db) => {
        await addSite(db, 'lake')
        await grantScope(db, 'clinic', 'home')
        await grantScope(db, 'school', 'lake')
      })
      await put('users', { id: 'u1', email: 'kim@example.org' }, 'clinic')
      await put('users', { id: 'u1', email: 'kim@example.org', full_name: 'Kim' }, 'clinic')
      await put('users', { id: 'u2', email: 'kim@example.org' }, 'school')
      for (const scope of ['clinic', 'fleet', 'site:home'])
        await expect(put('users', { id: 'u3', email: 'Kim@example.org' }, scope)).rejects.toMatchObject({
          code: 'already_exists',
          message: expect.stringMatching(/users\.email kim@example\.org is that of u[12] in the scope (clinic|school)/),
        })
    })
  })
})
