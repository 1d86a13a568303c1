import { describe, expect, it } from 'vitest'
import { OLDEST_AGENT, UPGRADE_COMMAND } from '../../../../shared/compatibility.ts'
import { birth } from '../../../../shared/messages/birth.ts'
import { query } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

const DEVICE = 'kitchen-pi'

function introduce(house: TestHouse, agent: string, connects: number): void {
  house.send([`lares/${DEVICE}/birth`, { ...birth.sample, agent, connects }])
}

const shown = (house: TestHouse) =>
  query<{ devices: Record<string, unknown>[] }>(house, 'devices/list').devices.find(({ id }) => id === DEVICE)

describe('an agent that is older than the hub serves in full', () => {
  it('is named once with the command that upgrades it, is served all the same, and is shown until it is newer', () => {
    const house = openTestHouse()
    house.device(DEVICE)
    for (const connects of [1, 2, 3]) introduce(house, '0.0.9', connects)
    expect(house.all("SELECT description FROM events WHERE event_type = 'agent_outdated'")).toEqual([
      { description: expect.stringContaining(UPGRADE_COMMAND) },
    ])
    expect(house.published('/ack')).toHaveLength(1)
    expect(shown(house)).toMatchObject({ agent_version: '0.0.9', upgrade: UPGRADE_COMMAND })
    introduce(house, OLDEST_AGENT, 4)
    expect(shown(house)).toMatchObject({ agent_version: OLDEST_AGENT, upgrade: null })
  })

  it('is none where no agent runs', () => {
    const house = openTestHouse()
    house.device(DEVICE, 'mqtt')
    expect(shown(house)).toMatchObject({ agent_version: null, upgrade: null })
  })
})
