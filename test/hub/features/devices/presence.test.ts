import { describe, expect, it } from 'vitest'
import { VOLATILE_FLUSH_MS } from '../../../../shared/limits.ts'
import { heartbeat } from '../../../../shared/messages/heartbeat.ts'
import { ask, commandInput } from '../../engine/ask.ts'
import { openTestHouse, reading, START, type TestHouse } from '../../engine/engine-in-memory.ts'

const DEVICE = 'kitchen-pi'

function online(house: TestHouse, device = DEVICE) {
  return house.send({ kind: 'presence', device, online: true, reason: 'connected' })
}

function offline(house: TestHouse, reason: string) {
  return house.send({ kind: 'presence', device: DEVICE, online: false, reason })
}

function status(house: TestHouse): string {
  const [row] = house.all<{ s: string }>(
    `SELECT status || '/' || status_reason AS s FROM devices WHERE id = '${DEVICE}'`,
  )
  return row?.s ?? ''
}

function events(house: TestHouse): string[] {
  return house
    .all<{ t: string }>(
      "SELECT event_type AS t FROM events WHERE event_type LIKE 'device\\_%connect' ESCAPE '\\' ORDER BY id",
    )
    .map(({ t }) => t)
}

function birth(connects: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    agent: '0.1.0',
    hardware: 'Raspberry Pi 4',
    boot: 'b1',
    epoch: 'e1',
    connects,
    capabilities: ['sensors'],
    clock: { synced: true, source: 'ntp' },
    sent: { at: START, mono: 1 },
    sensors: [],
    ...more,
  }
}

function withDevice(): TestHouse {
  const house = openTestHouse()
  house.device(DEVICE)
  return house
}

describe('whether a device can be reached', () => {
  it('changes row, event and retained topic together', () => {
    const house = withDevice()
    online(house)
    expect(status(house)).toBe('online/connected')
    expect(house.effects).toContainEqual(
      expect.objectContaining({ topic: 'lares/kitchen-pi/status', qos: 1, retain: true }),
    )
    expect(house.published('/status')).toEqual([{ status: 'online', since: START, reason: 'connected' }])
    house.now += 1_000
    offline(house, 'lost')
    expect(house.published('/status')).toEqual([{ status: 'offline', since: START + 1_000, reason: 'lost' }])
    expect(events(house)).toEqual(['device_connect', 'device_disconnect'])
  })

  it('says nothing again that was said', () => {
    const house = withDevice()
    online(house)
    online(house)
    expect(house.published('/status')).toEqual([])
    expect(events(house)).toEqual(['device_connect'])
  })

  it('is no after a restart of the hub, until the device comes', () => {
    const house = withDevice()
    online(house)
    house.now += 5_000
    house.restart()
    expect(status(house)).toBe('offline/hub_restart')
    expect(house.published('/status')).toEqual([{ status: 'offline', since: START + 5_000, reason: 'hub_restart' }])
    expect(events(house)).toEqual(['device_connect', 'device_disconnect'])
    house.restart()
    expect(house.published('/status')).toEqual([{ status: 'offline', since: START + 5_000, reason: 'hub_restart' }])
  })

  it('is never believed from a will while the connection lives', () => {
    const house = withDevice()
    online(house)
    house.send([`lares/${DEVICE}/birth`, birth(4)])
    house.send([`lares/${DEVICE}/will`, { connects: 4 }])
    expect(status(house)).toBe('online/connected')
  })

  it('is not changed by the will of an older connect', () => {
    const house = withDevice()
    online(house)
    house.send([`lares/${DEVICE}/birth`, birth(5)])
    offline(house, 'clean')
    house.send([`lares/${DEVICE}/will`, { connects: 4 }])
    expect(status(house)).toBe('offline/clean')
    house.send([`lares/${DEVICE}/will`, { connects: 5 }])
    expect(status(house)).toBe('offline/lost')
  })

  it('is an error when an agent is connected and silent for two minutes, and mends itself', () => {
    const house = withDevice()
    house.device('garden-esp', 'mqtt')
    online(house)
    online(house, 'garden-esp')
    house.tick(119_000)
    expect(status(house)).toBe('online/connected')
    house.tick(2_000)
    expect(status(house)).toBe('error/silent')
    expect(house.published('/garden-esp/status')).toEqual([])
    house.tick(1_000)
    expect(house.published('/status')).toEqual([])
    house.send([`lares/${DEVICE}/heartbeat`, heartbeat.sample])
    expect(status(house)).toBe('online/connected')
  })

  it('is yes as long as anything is heard, heartbeats or not', () => {
    const house = withDevice()
    online(house)
    for (let seq = 1; seq <= 4; seq++) {
      house.tick(60_000)
      house.send([`lares/${DEVICE}/readings`, reading(seq, seq)])
    }
    expect(status(house)).toBe('online/connected')
    house.tick(130_000)
    expect(status(house)).toBe('error/silent')
    house.send([`lares/${DEVICE}/readings`, reading(5, 5)])
    house.tick(1_000)
    expect(status(house)).toBe('online/connected')
  })

  it('survives a batch that was rolled back', () => {
    const house = withDevice()
    house.db.exec(
      "CREATE TRIGGER broken BEFORE INSERT ON events WHEN NEW.event_type = 'poison' BEGIN SELECT RAISE(ABORT, 'poisoned'); END",
    )
    house.send({ kind: 'presence', device: DEVICE, online: true, reason: 'connected' }, [
      `lares/${DEVICE}/event`,
      { type: 'poison' },
    ])
    expect(status(house)).toBe('online/connected')
    expect(house.published('/status')).toHaveLength(1)
  })

  it('is no at once for a revoked device, whatever its connection says later', () => {
    const house = withDevice()
    online(house)
    house.send([`lares/${DEVICE}/readings`, reading(1, 1)])
    ask(house, commandInput('devices/revoke', { device: DEVICE }))
    expect(house.effects).toContainEqual({ kind: 'disconnect', device: DEVICE, reason: 'revoked' })
    expect(house.effects).toContainEqual({
      kind: 'publish',
      topic: `lares/${DEVICE}/state/cpu_temperature`,
      payload: '',
      qos: 1,
      retain: true,
    })
    expect(status(house)).toBe('offline/revoked')
    offline(house, 'revoked')
    expect(house.published('/status')).toEqual([])
    expect(house.send([`lares/${DEVICE}/readings`, reading(2, 2)])).toEqual(['refused'])
    house.restart()
    expect(house.published(`${DEVICE}/status`)).toEqual([])
    expect(house.published('/state/cpu_temperature')).toEqual([])
  })

  it('stays no when a connection arrives that was accepted just before the device was revoked', () => {
    const house = withDevice()
    ask(house, commandInput('devices/revoke', { device: DEVICE }))
    online(house)
    expect(status(house)).toBe('offline/revoked')
    expect(house.effects).toEqual([{ kind: 'disconnect', device: DEVICE, reason: 'revoked' }])
  })
})

describe('signs of life', () => {
  it('are any message, written every two minutes and at stop', () => {
    const house = withDevice()
    const seen = () => house.all<{ s: number | null }>('SELECT last_seen AS s FROM devices')[0]?.s
    house.tick(VOLATILE_FLUSH_MS)
    house.send([`lares/${DEVICE}/readings`, reading(1, 1)])
    house.tick(1_000)
    expect(seen()).toBeNull()
    house.tick(VOLATILE_FLUSH_MS)
    expect(seen()).toBe(START + VOLATILE_FLUSH_MS)
    house.send([`lares/${DEVICE}/event`, { type: 'button_pressed' }])
    house.engine.stop({ now: house.now, clockSynced: true })
    expect(seen()).toBe(house.now)
  })

  it('keep the last heartbeat as the state of the device', () => {
    const house = withDevice()
    house.send([`lares/${DEVICE}/heartbeat`, heartbeat.sample])
    house.engine.stop({ now: house.now, clockSynced: true })
    const [row] = house.all<{ current_state: string; last_heartbeat: number }>(
      'SELECT current_state, last_heartbeat FROM devices',
    )
    expect(row?.last_heartbeat).toBe(START)
    expect(JSON.parse(row?.current_state ?? '')).toEqual(heartbeat.sample)
  })
})

describe('a birth', () => {
  const sensor = { key: 'cpu_temperature', kind: 'temperature', unit: '°C', name: 'CPU' }

  it('makes the entities, and tells the device how far its lanes are on disk', () => {
    const house = withDevice()
    house.send(
      [`lares/${DEVICE}/readings`, reading(7, 1)],
      [`lares/${DEVICE}/readings`, reading(3, 1, { lane: 'backlog' })],
    )
    house.restart()
    house.send([
      `lares/${DEVICE}/birth`,
      birth(2, { sensors: [sensor, { ...sensor, key: 'door', kind: 'opening', unit: '' }] }),
    ])
    expect(house.published('/ack')).toEqual([{ epoch: 'e1', upto: { live: 7, backlog: 3 }, rejected: [] }])
    expect(
      house.all(
        'SELECT entity_id, name, entity_type, device_class, unit_of_measurement FROM device_entities ORDER BY entity_id',
      ),
    ).toEqual([
      {
        entity_id: 'binary_sensor.kitchen_pi_door',
        name: 'CPU',
        entity_type: 'binary_sensor',
        device_class: 'opening',
        unit_of_measurement: '',
      },
      {
        entity_id: 'sensor.kitchen_pi_cpu_temperature',
        name: 'CPU',
        entity_type: 'sensor',
        device_class: 'temperature',
        unit_of_measurement: '°C',
      },
    ])
  })

  it('says an empty ack for an epoch the hub knows nothing of', () => {
    const house = withDevice()
    house.send([`lares/${DEVICE}/birth`, birth(1, { epoch: 'e9' })])
    expect(house.published('/ack')).toEqual([{ epoch: 'e9', upto: {}, rejected: [] }])
  })

  it('again changes nothing but what it says anew', () => {
    const house = withDevice()
    for (const name of ['CPU', 'CPU', 'Processor'])
      house.send([`lares/${DEVICE}/birth`, birth(1, { sensors: [{ ...sensor, name }] })])
    expect(house.all('SELECT name FROM device_entities')).toEqual([{ name: 'Processor' }])
    house.restart()
    house.send([`lares/${DEVICE}/readings`, reading(1, 1)])
    expect(house.all('SELECT name FROM device_entities')).toEqual([{ name: 'Processor' }])
  })
})
