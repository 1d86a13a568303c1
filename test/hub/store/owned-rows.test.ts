import { beforeEach, describe, expect, it } from 'vitest'
import { openTestHouse, type TestHouse } from '../engine/engine-in-memory.ts'

let house: TestHouse

beforeEach(() => {
  house = openTestHouse()
  for (const id of ['lamp', 'shade', 'lock']) house.device(id)
  for (const id of ['bridge', 'key', 'spare'])
    house.db.exec(
      `INSERT INTO device_credentials (id, credential_type, encrypted_data, created_at, updated_at) VALUES ('${id}', 'api_key', 'sealed1:x', 1, 1)`,
    )
  house.db.exec("UPDATE devices SET credentials_id = 'bridge' WHERE id IN ('lamp', 'shade')")
  house.db.exec("UPDATE devices SET credentials_id = 'key' WHERE id = 'lock'")
})

const left = () => house.all('SELECT id FROM device_credentials ORDER BY id').map(({ id }) => id)

describe('credentials', () => {
  it('go with their device', () => {
    house.db.exec("DELETE FROM devices WHERE id = 'lock'")
    expect(left()).toEqual(['bridge', 'spare'])
  })

  it('that two devices share go with the last of them', () => {
    house.db.exec("DELETE FROM devices WHERE id = 'lamp'")
    expect(left()).toContain('bridge')
    house.db.exec("DELETE FROM devices WHERE id = 'shade'")
    expect(left()).toEqual(['key', 'spare'])
  })

  it('go when the device has others, and stay when it is given the same', () => {
    house.db.exec("UPDATE devices SET credentials_id = 'key' WHERE id = 'lock'")
    expect(left()).toContain('key')
    house.db.exec("UPDATE devices SET credentials_id = 'spare' WHERE id = 'lock'")
    expect(left()).toEqual(['bridge', 'spare'])
    house.db.exec("UPDATE devices SET credentials_id = NULL WHERE id = 'lock'")
    expect(left()).toEqual(['bridge'])
  })

  it('go with the house of their devices', () => {
    house.db.exec('DELETE FROM houses')
    expect(left()).toEqual(['spare'])
  })

  it('that are taken away leave their devices without any', () => {
    house.db.exec("DELETE FROM device_credentials WHERE id = 'bridge'")
    expect(house.all('SELECT id, credentials_id FROM devices ORDER BY id')).toEqual([
      { id: 'lamp', credentials_id: null },
      { id: 'lock', credentials_id: 'key' },
      { id: 'shade', credentials_id: null },
    ])
  })
})
