import { describe, expect, it } from 'vitest'
import { AdminDoor, type AdminDoorParts } from '../../../../hub/admin/admin-door.ts'
import type { StructuredInput } from '../../../../hub/engine/input.ts'
import { ManualClock } from '../../../../shared/clock.ts'
import { silentLog } from '../../../../shared/log.ts'
import { ask, commandInput, data, LOCAL } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'
import { deviceRows, everything, imported, outcomes } from './imports-house.ts'

const LOCK = {
  name: 'Front door',
  type: 'lock',
  brand: 'Nuki',
  api_config: { host: '192.168.1.30', token: 'nuki-token-1', auth: { user: 'anna', pin: 4711 }, poll_s: 30 },
}
const NEST = {
  name: 'Hall',
  type: 'thermostat',
  brand: 'Nest',
  api_config: { oauth: { access_token: 'ya29-access' }, refresh_token: '1//refresh', expires_at: 1_790_000_000 },
}
const WORDS = ['nuki-token-1', 'anna', '4711', 'ya29-access', '1//refresh']

interface Credentials {
  id: string
  credential_type: string
  encrypted_data: string
  access_token_encrypted: string | null
  refresh_token_encrypted: string | null
  token_expires_at: number | null
}

const credentialsOf = (house: TestHouse, name: string) =>
  house.all<Credentials>(
    'SELECT c.* FROM devices d JOIN device_credentials c ON c.id = d.credentials_id WHERE d.name = ? AND d.revoked_at IS NULL',
    name,
  )[0]

function opened(
  house: TestHouse,
  name: string,
  column: 'encrypted_data' | 'access_token_encrypted' | 'refresh_token_encrypted',
) {
  const row = credentialsOf(house, name)
  if (!row) throw new Error(`${name} has no credentials`)
  return String(house.keys.keyring().open(row[column] ?? '', { table: 'device_credentials', column, row: row.id }))
}

describe('what is secret in the configuration of a row', () => {
  it('is sealed with the device, each part with where it stood, and the rest can be read', () => {
    const house = openTestHouse()
    expect(imported(house, [LOCK, NEST]).devices.map(({ sealed }) => sealed)).toEqual([
      ['/token', '/auth'],
      ['/oauth', '/refresh_token'],
    ])
    expect(deviceRows(house, 'name, config_data, requires_auth, auth_method')).toEqual([
      {
        ...{ name: 'Front door', config_data: '{"host":"192.168.1.30","poll_s":30}' },
        ...{ requires_auth: 1, auth_method: 'local_token' },
      },
      { name: 'Hall', config_data: '{"expires_at":1790000000}', requires_auth: 1, auth_method: 'oauth' },
    ])
    expect(JSON.parse(opened(house, 'Front door', 'encrypted_data'))).toEqual({
      '/token': 'nuki-token-1',
      '/auth': { user: 'anna', pin: 4711 },
    })
    expect(credentialsOf(house, 'Hall')).toMatchObject({
      credential_type: 'oauth_token',
      token_expires_at: 1_790_000_000_000,
    })
    expect(opened(house, 'Hall', 'refresh_token_encrypted')).toBe('1//refresh')
    expect(JSON.parse(opened(house, 'Hall', 'encrypted_data'))).toEqual({ '/oauth': { access_token: 'ya29-access' } })
  })

  it('stands in no table, answer or effect that is not sealed', () => {
    const house = openTestHouse()
    const told = [imported(house, [LOCK, NEST]), house.effects]
    told.push(imported(house, [LOCK, NEST], { update: true }), house.effects)
    house.tick(61_000)
    const all = JSON.stringify([told, house.effects]) + everything(house)
    expect(WORDS.filter((word) => all.includes(word))).toEqual([])
  })

  it('goes with what it is said anew, and with its device', () => {
    const house = openTestHouse()
    imported(house, [LOCK, NEST])
    const before = credentialsOf(house, 'Front door')?.id
    const anew = { ...LOCK, api_config: { ...LOCK.api_config, token: 'nuki-token-2' } }
    expect(outcomes(house, [anew])).toEqual(['changed: the list says something else now: api_config'])
    expect(opened(house, 'Front door', 'encrypted_data')).toContain('nuki-token-1')
    expect(outcomes(house, [anew], { update: true })).toEqual(['updated: the list says something else now: api_config'])
    expect(opened(house, 'Front door', 'encrypted_data')).toContain('nuki-token-2')
    expect(house.all('SELECT id FROM device_credentials WHERE id = ?', before)).toEqual([])
    expect(outcomes(house, [{ ...LOCK, api_config: {} }], { update: true })).toEqual([
      'updated: the list says something else now: api_config',
    ])
    expect(house.all('SELECT credential_type FROM device_credentials')).toEqual([{ credential_type: 'oauth_token' }])
    data(ask(house, commandInput('devices/erase', { device: 'Hall' })))
    for (let ticks = 0; ticks < 20; ticks += 1) house.tick(1_000)
    expect(house.all('SELECT * FROM device_credentials')).toEqual([])
  })

  it('is the same for a list that comes again after the key was changed', () => {
    const house = openTestHouse()
    imported(house, [LOCK])
    house.keys.make()
    for (let ticks = 0; ticks < 5; ticks += 1) house.tick(61_000)
    expect(credentialsOf(house, 'Front door')?.encrypted_data).toContain('sealed1:k2-')
    expect(outcomes(house, [LOCK])).toEqual(['same'])
  })

  it('is written by nobody under a key that was changed meanwhile', () => {
    const house = openTestHouse()
    const keyring = house.keys.keyring()
    keyring.refresh()
    house.keys.make()
    const input = { ...LOCK }
    const stale = { ...house, keys: { keyring: () => keyring, make: () => '' } } as unknown as TestHouse
    // What was sealed a moment ago.
    const refresh = keyring.refresh.bind(keyring)
    keyring.refresh = () => {}
    expect(() => imported(stale, [input])).toThrow('busy')
    keyring.refresh = refresh
    expect(deviceRows(house, 'id')).toEqual([])
  })

  it('in a text that people read is kept away from there', () => {
    const house = openTestHouse()
    imported(house, [{ name: 'Cam', type: 'camera', description: 'see rtsp://admin:1234@10.0.0.9/live' }])
    expect(deviceRows(house, 'user_description, config_data')).toEqual([
      { user_description: 'camera', config_data: '{"legacy_columns":{}}' },
    ])
    expect(opened(house, 'Cam', 'encrypted_data')).toContain('rtsp://admin:1234@10.0.0.9/live')
  })
})

describe('the door', () => {
  it('hands nothing of a list to the engine but what was prepared of it', async () => {
    const house = openTestHouse()
    const run: Extract<StructuredInput, { kind: 'command' }>[] = []
    const parts = {
      run: async (input: (typeof run)[number]) => {
        run.push(input)
        return { verdict: 'stored' as const }
      },
      publish: () => {},
      prepareContext: () => ({ keyring: house.keys.keyring(), makeKey: () => house.keys.make(), now: house.now }),
      clock: new ManualClock(),
      log: silentLog,
    } as unknown as AdminDoorParts
    const payload = Buffer.from(JSON.stringify({ id: 'r1', params: { devices: [LOCK, NEST] } }))
    await new AdminDoor(parts).request({ area: 'import', verb: 'devices' }, { payload, retained: false, caller: LOCAL })
    const [input] = run
    if (!input) throw new Error('nothing was run')
    expect(WORDS.filter((word) => JSON.stringify(input).includes(word))).toEqual([])
    expect(data(ask(house, input))).toMatchObject({ devices: [{ outcome: 'new' }, { outcome: 'new' }] })
  })
})
