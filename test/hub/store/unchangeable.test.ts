import { describe, expect, it } from 'vitest'
import { SEEDED_PERSONAS } from '../../../hub/features/personas/seeded-personas.ts'
import { atCentralsWork } from '../../../hub/features/sync/central-at-work.ts'
import { ask, commandInput, data } from '../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../engine/engine-in-memory.ts'

const DAY = 86_400_000

/** A house in which somebody made an identity for a device, which stands in the audit. */
function audited(): TestHouse {
  const house = openTestHouse()
  data(ask(house, commandInput('devices/create', { name: 'Garden' })))
  return house
}

const audit = (house: TestHouse) => house.all("SELECT * FROM events WHERE category = 'audit' ORDER BY id")

describe('the audit', () => {
  it.each([
    ["UPDATE events SET description = 'nothing'", 'neither changed nor removed'],
    ["UPDATE events SET category = 'device' WHERE category = 'audit'", 'neither changed nor removed'],
    ['UPDATE events SET processed = 1', 'neither changed nor removed'],
    ['DELETE FROM events', 'neither changed nor removed'],
  ])('is not touched by %s', (sql, words) => {
    const house = audited()
    const before = audit(house)
    expect(before.length).toBeGreaterThan(0)
    expect(() => house.db.exec(sql)).toThrow(words)
    expect(audit(house)).toEqual(before)
  })

  it('takes in no row that was something else, and lets others be marked and go', () => {
    const house = audited()
    house.device('kitchen-pi')
    house.send(['lares/kitchen-pi/event', { type: 'button_pressed' }])
    const own = "event_type = 'button_pressed'"
    expect(() => house.db.exec(`UPDATE events SET category = 'audit' WHERE ${own}`)).toThrow('neither changed')
    house.db.exec(`UPDATE events SET processed = 1 WHERE ${own}`)
    house.db.exec(`DELETE FROM events WHERE ${own}`)
    expect(house.all(`SELECT 1 FROM events WHERE ${own}`)).toEqual([])
  })

  it('has no time after which it goes: it cannot be set, and a setting that is there already counts for nothing', () => {
    const house = audited()
    for (const days of [1, 'default', 'never'])
      expect(ask(house, commandInput('retention/set', { class: 'events:audit', days }))).toMatchObject({
        error: { code: 'bad_params', message: 'events:audit is kept for ever and cannot be set' },
      })
    const made = audit(house)[0]
    house.db.exec(`INSERT INTO retention_settings (class, days, updated_at) VALUES ('events:audit', 1, ${START})`)
    house.restart()
    house.tick(400 * DAY)
    house.tick(1_000)
    house.tick(1_000)
    expect(audit(house)).toContainEqual(made)
  })
})

describe('a version of a persona', () => {
  const versions = (house: TestHouse) =>
    house.all('SELECT id, persona_id, version, artifacts, change_notes FROM persona_versions')

  it('is neither changed nor removed, while its persona is changed', () => {
    const house = openTestHouse()
    const before = versions(house)
    expect(before).toHaveLength(SEEDED_PERSONAS.length)
    for (const change of [
      "id = 'other'",
      "artifacts = '{}'",
      "version = '9'",
      "change_notes = 'x'",
      "persona_id = 'other'",
    ])
      expect(() => house.db.exec(`UPDATE persona_versions SET ${change}`)).toThrow('neither changed nor removed')
    expect(() => house.db.exec('DELETE FROM persona_versions')).toThrow('neither changed nor removed')
    expect(versions(house)).toEqual(before)
    house.db.exec("UPDATE personas SET name = 'Other', updated_at = updated_at + 1")
  })

  it("goes out of central's care, and only while rows of central's are at work", () => {
    const house = openTestHouse()
    house.db.exec("UPDATE persona_versions SET managed_by = 'central'")
    expect(() => house.db.exec('DELETE FROM persona_versions')).toThrow('centrally_managed')
    atCentralsWork(house.db, () => house.db.exec('DELETE FROM persona_versions'))
    expect(versions(house)).toEqual([])
  })
})
