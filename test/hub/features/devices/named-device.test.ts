import { describe, expect, it } from 'vitest'
import { knownCommands } from '../../../../cli/commands.ts'
import type { Caller } from '../../../../hub/engine/caller.ts'
import { findAdminCommand } from '../../../../hub/features/commands.ts'
import { memberOf } from '../../callers.ts'
import { ask, commandInput, data, LOCAL, query } from '../../engine/ask.ts'
import { openTestHouse, reading, START } from '../../engine/engine-in-memory.ts'

function houseOf(...devices: [id: string, name: string][]) {
  const house = openTestHouse()
  for (const [id, name] of devices) {
    house.device(id)
    house.db.prepare('UPDATE devices SET name = ? WHERE id = ?').run(name, id)
  }
  house.restart()
  return house
}

const shown = (house: ReturnType<typeof houseOf>, device: string, caller: Caller = LOCAL) =>
  query<{ device: { id: string } }>(house, 'devices/show', { device }, caller).device.id

describe('a device that a person names', () => {
  it('is found by its id, and by its name in any case', () => {
    const house = houseOf(['kitchen-pi-1', 'Küche'], ['hall-pi-2', 'Hall'])
    for (const given of ['kitchen-pi-1', 'Küche', 'küche', ' KÜCHE ', 'Ku\u0308che'])
      expect([given, shown(house, given)]).toEqual([given, 'kitchen-pi-1'])
  })

  it('is meant by an id before a name, and present ones before those that were revoked', () => {
    const house = houseOf(['kitchen-pi-1', 'hall-pi-2'], ['hall-pi-2', 'Hall'], ['old-pi-3', 'Hall'])
    data(ask(house, commandInput('devices/revoke', { device: 'old-pi-3' })))
    expect(shown(house, 'hall-pi-2')).toBe('hall-pi-2')
    expect(shown(house, 'Hall')).toBe('hall-pi-2')
    data(ask(house, commandInput('devices/revoke', { device: 'hall' })))
    expect(() => shown(house, 'Hall')).toThrow(/2 devices are called Hall/)
  })

  it('is asked for by its id where several have the name', () => {
    const house = houseOf(['pi-1', 'Hall'], ['pi-2', 'hall'])
    expect(() => shown(house, 'Hall')).toThrow(
      expect.objectContaining({
        code: 'bad_params',
        message: '2 devices are called Hall: pi-1 (offline), pi-2 (offline)',
      }),
    )
  })

  it('that is not there is answered with the nearest', () => {
    const house = houseOf(['kitchen-pi-1', 'Kitchen'])
    expect(() => shown(house, 'Kitchn')).toThrow(
      expect.objectContaining({ code: 'not_found', hint: expect.stringContaining('Did you mean Kitchen?') }),
    )
  })

  it('is only one that the caller may see', () => {
    const house = houseOf(['mine-pi', 'Hall'], ['other-pi', 'Hall'])
    const [home] = house.all<{ id: string }>('SELECT id FROM houses')
    house.db.exec(
      `INSERT INTO houses (id, name, created_at, updated_at) VALUES ('other', 'Other', ${START}, ${START}); UPDATE devices SET house_id = 'other' WHERE id = 'other-pi'`,
    )
    const person = memberOf('owner', home?.id ?? '')
    expect(shown(house, 'Hall', person)).toBe('mine-pi')
    expect(() => shown(house, 'other-pi', person)).toThrow(
      expect.objectContaining({ code: 'not_found', hint: expect.not.stringContaining('other') }),
    )
  })
})

/** What commands need beside the device. */
const MORE: ReadonlyMap<string, Record<string, unknown>> = new Map([
  ['devices/rename', { name: 'Oven' }],
  ['voice/say', { text: 'Hello' }],
  ['voice/speak', { text: 'Hello' }],
  ['voice/add-name', { name: 'cooker' }],
  ['devices/update', { location: 'by the door' }],
  ['devices/move', { room: 'none' }],
  ['groups/assign', { group: 'Day' }],
  ['devices/command', { command: 'identify' }],
  ['devices/configure', { heartbeat_s: 60 }],
  ['devices/switch', { output: 'lamp', state: 'on' }],
  ['entities/set', { entity: 'lamp', what: 'on' }],
  ['sensors/remove', { sensor: 'cpu_temperature' }],
  ['readings/query', { sensor: 'cpu_temperature' }],
  ['readings/summary', { sensor: 'cpu_temperature' }],
  ['readings/export', { sensor: 'cpu_temperature' }],
  ['trace/reading', { sensor: 'cpu_temperature' }],
  ['sessions/handoff', { session: 'talk' }],
  ['timers/add', { when: '10min' }],
  ['voice/ask', { text: 'what time is it' }],
  ['alert-rules/add', { kind: 'device_offline', name: 'Stove away' }],
])
/** Somebody talks in the hall, and the device can take that over. */
const TALK = `INSERT INTO devices (id, house_id, name, device_class, integration_type, status_since, discovery_method, created_at, updated_at)
    SELECT 'hall-pi', house_id, 'Hall', 'speaker', 'lares', 0, 'manual', 0, 0 FROM devices WHERE id = 'kitchen-pi';
  INSERT INTO sessions (id, device_id, persona_id, persona_version, created_at, updated_at) VALUES ('talk', 'hall-pi', 'companion', '1.0.0', 0, 0);
  UPDATE devices SET status = 'online', capabilities = '["audio_input","audio_output"]' WHERE id = 'kitchen-pi'`
const ASKING = knownCommands().flatMap(({ area, verb, params }) =>
  Object.entries(params.properties ?? {})
    // A list of devices in a file names none that is there.
    // A rule that is changed must be there, and is about a device already.
    .filter(() => `${area}/${verb}` !== 'alert-rules/update')
    .filter(([name, { format }]) => format !== 'file' && (format === 'device' || name.includes('device')))
    .map(([param, { format }]) => ({ name: `${area}/${verb}` as const, param, format })),
)

const WHAT_IT_IS = ['device_type', 'device_class']

describe.each(ASKING.filter(({ param }) => !WHAT_IT_IS.includes(param)))(
  '$name, where a device is $param',
  (asking) => {
    const { name, param, format } = asking
    /** The answer to the same question in a house of its own, so that one that changes something may be asked again. */
    const answered = (given: string, ...others: [id: string, name: string][]) => {
      const house = houseOf(['kitchen-pi', 'Stove'], ...others)
      house.send(['lares/kitchen-pi/readings', reading(1, 20)], ['lares/kitchen-pi/event', { type: 'button_pressed' }])
      house.send(['lares/kitchen-pi/event', '{'])
      const items = [{ sensor: 'lamp', value: 0, kind: 'switch' }]
      house.send(['lares/kitchen-pi/readings', { ...reading(2, 0), items }])
      house.db.exec("INSERT INTO device_groups (id, name, created_at, updated_at) VALUES ('g', 'Day', 0, 0)")
      if (name === 'sessions/handoff') house.db.exec(TALK)
      const params = { ...MORE.get(name), [param]: given }
      const [area = '', verb = ''] = name.split('/')
      if (findAdminCommand(area, verb)?.query) return query(house, name, params)
      return data(ask(house, commandInput(name, params)))
    }

    it('takes a name as well as an id', () => {
      expect(format).toBe('device')
      // Ids that are made at random differ from house to house.
      const bare = (answer: object) =>
        JSON.stringify(answer)
          .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'id')
          .replaceAll(/erased-[0-9a-f]{12}/g, 'pseudonym')
          .replaceAll(/\/(files|hear)\/[\w-]+/g, 'ticket')
      expect(bare(answered('stove'))).toBe(bare(answered('kitchen-pi')))
    })

    it('says which devices have the name when several do', () => {
      const asked = () => answered('stove', ['garden-pi', 'Stove'])
      expect(asked).toThrow(/2 devices are called stove: garden-pi \(offline\), kitchen-pi \((?:off|on)line\)/)
    })
  },
)
