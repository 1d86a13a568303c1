import { describe, expect, it } from 'vitest'
import { DECLARED_EVENTS, declaredEvents } from '../../../hub/features/declared-events.ts'
import { EVENT_TYPES, eventType } from '../../../shared/event-types.ts'
import { openTestHouse, reading, START } from '../engine/engine-in-memory.ts'

describe('an event', () => {
  it('of a known type gets its title, category and severity from the table', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    house.send(['lares/kitchen-pi/event', { type: 'sensor_failing', data: { sensor: 'dht' } }])
    expect(
      house.all(
        "SELECT category, severity, title, description, source, device_id, event_data, timestamp FROM events WHERE event_type = 'sensor_failing'",
      ),
    ).toEqual([
      {
        category: 'device',
        severity: 'warning',
        title: 'Sensor failing',
        description: 'A sensor cannot be read.',
        source: 'device',
        device_id: 'kitchen-pi',
        event_data: '{"sensor":"dht"}',
        timestamp: START,
      },
    ])
  })

  it('of a type of its own gets a title made of its name', () => {
    expect(eventType('water_on_floor')).toEqual({
      title: 'Water on floor',
      category: 'device',
      severity: 'info',
      description: 'Water on floor.',
    })
  })

  it('keeps what the device said of it, its states, and the entity it is about', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    house.send(
      ['lares/kitchen-pi/readings', reading(1, 20)],
      [
        'lares/kitchen-pi/event',
        {
          type: 'clock_set',
          severity: 'critical',
          sensor: 'cpu_temperature',
          description: 'Too hot.',
          old_state: 'ok',
          new_state: 'hot',
        },
      ],
    )
    const [event] = house.all<Record<string, unknown>>("SELECT * FROM events WHERE event_type = 'clock_set'")
    expect(event).toMatchObject({ severity: 'critical', description: 'Too hot.', old_state: 'ok', new_state: 'hot' })
    expect(house.all('SELECT id FROM device_entities')).toEqual([{ id: event?.entity_id }])
  })

  it('happened when the device counted it, and was stored when it came', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    const sent = { at: 90_000, mono: 90_000 }
    house.send(['lares/kitchen-pi/event', { type: 'button_pressed', boot: 'b', sent, at: 30_000, mono: 30_000 }])
    const [event] = house.all<{ event_data: string }>(
      "SELECT timestamp, created_at, event_data FROM events WHERE event_type = 'button_pressed'",
    )
    expect(event).toMatchObject({ timestamp: START - 60_000, created_at: START })
    expect(JSON.parse(event?.event_data ?? '')).toEqual({ time_quality: 'corrected', original_time: 30_000 })
  })

  it('is not lost when it names a category a device must not claim', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    expect(house.send(['lares/kitchen-pi/event', { type: 'device_revoked', category: 'audit' }])).toEqual(['stored'])
    expect(house.all("SELECT source, category FROM events WHERE event_type = 'device_revoked'")).toEqual([
      { source: 'device', category: 'device' },
    ])
  })

  it('of a command result carries the id of the command and how it ended', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    const error = { code: 'device_busy', message: 'in use' }
    house.send(['lares/kitchen-pi/result', { id: 'c1', ok: false, error }])
    const [event] = house.all<{ event_data: string }>(
      "SELECT severity, event_data FROM events WHERE event_type = 'command_result'",
    )
    expect(event).toMatchObject({ severity: 'warning' })
    expect(JSON.parse(event?.event_data ?? '')).toEqual({ command: 'c1', action: null, ok: false, value: null, error })
  })
})

describe('the table of event types', () => {
  it("has the documents' eight, each with a title, a sentence and a severity", () => {
    for (const type of [
      'device_connect',
      'device_disconnect',
      'persona_switch',
      'session_start',
      'session_end',
      'handoff',
      'error',
      'api_call',
    ])
      expect(EVENT_TYPES.has(type) || DECLARED_EVENTS.has(type)).toBe(true)
    for (const { title, description } of [...EVENT_TYPES.values(), ...DECLARED_EVENTS.values()]) {
      expect(title).toMatch(/^[A-Z]/)
      expect(description).toMatch(/\.$/)
    }
  })
})

describe('the types of events that features declare', () => {
  const entry = { title: 'Rain', category: 'system', severity: 'warning', description: 'It rains.' } as const

  it('are in the log as they are declared, and no device speaks for the house in their name', () => {
    const house = openTestHouse()
    house.device('garden', 'mqtt')
    house.send(['lares/garden/event', { type: 'job_failed' }])
    expect(house.all("SELECT title, category, severity FROM events WHERE event_type = 'job_failed'")).toEqual([
      { title: 'Job failed', category: 'device', severity: 'error' },
    ])
  })

  it('are declared once, beside those that both ends know of', () => {
    expect([...declaredEvents([{ events: { rain: entry } }, {}])]).toEqual([['rain', entry]])
    expect(() => declaredEvents([{ events: { rain: entry } }, { events: { rain: entry } }])).toThrow('declared twice')
    expect(() => declaredEvents([{ events: { error: entry } }])).toThrow('"error" is declared twice')
  })
})

describe('the first start', () => {
  it('makes one house and its personas in their first version, and later starts leave all alone', () => {
    const house = openTestHouse()
    const persona = () =>
      house.all('SELECT id, name, current_version, adaptation_mode, is_active, managed_by FROM personas ORDER BY id')
    expect(house.all('SELECT name FROM houses')).toEqual([{ name: 'Home' }])
    expect(persona()).toEqual([
      {
        id: 'companion',
        name: 'Companion',
        current_version: '1.0.0',
        adaptation_mode: 'instruction_only',
        is_active: 1,
        managed_by: 'site',
      },
      expect.objectContaining({ id: 'emergency', current_version: '1.0.0' }),
      expect.objectContaining({ id: 'medication_nurse', current_version: '1.0.0' }),
    ])
    const [version] = house.all<{ artifacts: string }>(
      'SELECT persona_id, version, artifacts FROM persona_versions ORDER BY persona_id',
    )
    expect(version).toMatchObject({ persona_id: 'companion', version: '1.0.0' })
    expect(JSON.parse(version?.artifacts ?? '')).toHaveProperty('system_prompt')
    house.db.exec("UPDATE personas SET name = 'Edited'")
    house.restart()
    expect(persona()).toMatchObject([{ name: 'Edited' }, { name: 'Edited' }, { name: 'Edited' }])
    expect(house.all('SELECT count(*) AS n FROM persona_versions')).toEqual([{ n: 3 }])
    expect(house.all('SELECT count(*) AS n FROM houses')).toEqual([{ n: 1 }])
  })
})
