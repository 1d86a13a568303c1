import { describe, expect, it } from 'vitest'
import { ask, commandInput } from '../../engine/ask.ts'
import { DAY, type RetentionHouse, retentionHouse } from '../retention/retention-house.ts'

/** A house that has its device told so many things, of which nothing is left under way. */
function houseWithCommands(count: number): RetentionHouse {
  const house = retentionHouse()
  for (let given = 0; given < count; given++)
    ask(house, commandInput('devices/command', { device: 'garden-esp', command: 'ping' }))
  house.tick(120_000)
  return house
}

const left = (house: RetentionHouse) => house.all<{ id: number }>('SELECT id FROM control_actions ORDER BY id')

/** The purge looks once an hour. */
function later(house: RetentionHouse, days: number): void {
  house.tick(days * DAY)
  house.tick(1_000)
}

describe('what devices were told to do', () => {
  it('goes after thirty days, and not while it is on its way', () => {
    const house = houseWithCommands(2)
    later(house, 29)
    expect(left(house)).toHaveLength(2)
    house.db.exec("UPDATE control_actions SET status = 'executing' WHERE id = 2")
    later(house, 2)
    expect(left(house)).toEqual([{ id: 2 }])
  })

  it('stays until central has it as it is by now, and while central refuses it', () => {
    const house = houseWithCommands(3)
    house.unsent.acknowledged.control_actions = 0
    later(house, 31)
    expect(left(house)).toHaveLength(3)
    // Central has the rows, and their outcome is marked since.
    house.unsent.acknowledged.control_actions = 3
    house.unsent.quarantine.control_actions = new Set([2])
    later(house, 1)
    expect(left(house)).toHaveLength(3)
    house.db.exec("DELETE FROM sync_changes WHERE table_name = 'control_actions' AND row_key <> '3'")
    later(house, 1)
    expect(left(house)).toEqual([{ id: 2 }, { id: 3 }])
  })
})
