import { describe, expect, it } from 'vitest'
import { linesFrom } from '../../central/central-address.ts'
import { withCentral } from '../../central/connect.ts'
import { grantPerson } from '../../central/people.ts'
import { VOLATILE_FLUSH_MS } from '../../shared/limits.ts'
import { START } from '../hub/engine/engine-in-memory.ts'
import { houseWithBridge, light, observed, thermometer } from '../hub/features/devices/house-with-bridge.ts'
import { addSite, houseWithCentral, rows } from '../hub/sync/house-with-central.ts'
import { connected, useCentral, VERSIONS } from './postgres-servers.ts'

interface Derived {
  key: string
  state: string | null
  attributes: unknown
  state_at: Date | null
}

describe.each(VERSIONS)('central on PostgreSQL %s', (version) => {
  const central = useCentral(version)

  /** Sends what the house has, and returns what central makes of it. */
  async function sent(said: (device: string) => ReturnType<typeof observed>[]) {
    const { house, device } = houseWithBridge()
    const admin = await central.migrated()
    const { url, site } = await addSite(admin, 'home')
    for (const observation of said(device)) {
      house.now = Math.max(house.now, observation.observes.at)
      house.send(observation)
    }
    house.tick(VOLATILE_FLUSH_MS)
    const joined = houseWithCentral(url, {}, house)
    joined.pump.start()
    await joined.settled()
    await joined.kill()
    const states = await rows<Derived>(
      admin,
      'SELECT key, state, attributes, state_at FROM lares.entity_states WHERE site_id = $1 ORDER BY key',
      [site],
    )
    return { house, device, admin, site, states }
  }

  it('derives the state of every entity from what its house sent, as the house has it', async () => {
    const at = (seconds: number) => START + seconds * 1_000
    const { house, states } = await sent((device) => {
      const lamp = light(device)
      const gone = thermometer(device, { entityId: 'sensor.gone', uniqueId: 'gone' })
      const back = thermometer(device, { entityId: 'sensor.back', uniqueId: 'back' })
      return [
        observed(lamp, 'on', { attributes: { brightness: 254 } }),
        observed(lamp, 'off', { at: at(5), attributes: { reason: 'timer' } }),
        observed(thermometer(device), 20),
        observed(thermometer(device), 21.5, { at: at(6) }),
        ...[observed(gone, 20), observed(gone, null, { at: at(7), available: false })],
        ...[observed(back, null), observed(back, 22, { at: at(8) })],
      ]
    })
    expect(states).toEqual([
      { key: 'light_living_room', state: 'off', attributes: { reason: 'timer' }, state_at: new Date(at(5)) },
      { key: 'sensor_attic', state: '21.5', attributes: {}, state_at: new Date(at(6)) },
      { key: 'sensor_back', state: '22', attributes: {}, state_at: new Date(at(8)) },
      { key: 'sensor_gone', state: 'unavailable', attributes: {}, state_at: new Date(at(7)) },
    ])
    expect(states.map(({ key, state }) => ({ key, state }))).toEqual(
      house.all('SELECT key, state FROM device_entities ORDER BY key'),
    )
  })

  it('says when a device was last heard, and of one that said nothing that it does not know', async () => {
    const { house, device, admin, site } = await sent((id) => [
      observed(thermometer(id), 20, { at: START - 3_600_000 }),
    ])
    const seen = () => rows(admin, 'SELECT device_id, last_seen FROM lares.device_last_seen WHERE site_id = $1', [site])
    expect(await seen()).toEqual([{ device_id: device, last_seen: new Date(START) }])
    expect(house.all('SELECT last_seen FROM devices')).toEqual([{ last_seen: START }])
    await rows(admin, "INSERT INTO lares.devices (site_id, id, sync_epoch, sync_seq) VALUES ($1, 'new', 1, 1)", [site])
    expect(await seen()).toContainEqual({ device_id: 'new', last_seen: null })
  })

  it('finds the newest without reading all, shows it to whom the house was granted, and to nobody else', async () => {
    const { admin } = await sent((device) => [observed(light(device), 'on'), observed(thermometer(device), 20)])
    await addSite(admin, 'lake')
    const line = async (person: string, of: string) => {
      const login = await withCentral(admin, (db) => grantPerson(db, person, of))
      return linesFrom(admin)(login?.role ?? '', login?.password ?? '')
    }
    const [anna, ben] = [await line('anna', 'home'), await line('ben', 'lake')]
    for (const [view, count] of [
      ['entity_states', 2],
      ['device_last_seen', 1],
    ] as const) {
      expect(await rows(anna, `SELECT FROM lares.${view}`)).toHaveLength(count)
      expect(await rows(ben, `SELECT FROM lares.${view}`)).toEqual([])
      // So few rows are read whole where nothing forbids it.
      const plan = await connected(admin, async (client) => {
        await client.query('SET enable_seqscan = off')
        const { rows: steps } = await client.query(
          `EXPLAIN SELECT * FROM lares.${view} WHERE site_id = gen_random_uuid()`,
        )
        return steps.map((step) => step['QUERY PLAN']).join('\n')
      })
      expect(plan).not.toMatch(/Seq Scan on (readings|events)/)
    }
  })
})
