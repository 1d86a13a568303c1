import { describe, expect, it } from 'vitest'
import { alertsHouse, HOUR, MINUTE, NOON, SECOND } from './alerts-house.ts'

describe('a device that cannot be reached', () => {
  it('is told once it has been away for as long as its rule says, and told again when it is back', () => {
    const home = alertsHouse()
    home.house.device('kitchen-pi')
    home.online('kitchen-pi')
    home.pass(MINUTE)
    home.offline('kitchen-pi')
    expect(home.told(14 * MINUTE)).toEqual([])
    expect(home.told(2 * MINUTE)).toEqual(['Kitchen-pi is offline'])
    home.online('kitchen-pi')
    expect(home.told(3 * MINUTE)).toEqual(['Kitchen-pi can be reached again'])
    expect(home.open()).toEqual([])
  })

  it('is not told where it comes back in time, however often', () => {
    const home = alertsHouse()
    home.house.device('kitchen-pi')
    for (let times = 0; times < 5; times += 1) {
      home.online('kitchen-pi')
      home.pass(MINUTE)
      home.offline('kitchen-pi')
      expect(home.told(14 * MINUTE)).toEqual([])
    }
  })

  it('is not told after a start of the hub for those that come back, and is for the one that does not', () => {
    const home = alertsHouse()
    for (const id of ['attic-pi', 'kitchen-pi']) home.house.device(id, 'mqtt')
    home.online('attic-pi', 'kitchen-pi')
    home.pass(MINUTE)
    home.house.restart()
    home.pass(MINUTE)
    home.online('kitchen-pi')
    expect(home.told(20 * MINUTE)).toEqual(['Attic-pi is offline'])
  })

  it('is not told of one that was never here', () => {
    const home = alertsHouse()
    home.house.device('kitchen-pi')
    home.house.db.exec("UPDATE devices SET status_reason = 'never_connected'")
    expect(home.told(HOUR)).toEqual([])
  })

  it('stays told over a start of the hub, which is told nothing twice', () => {
    const home = alertsHouse()
    home.house.device('kitchen-pi')
    home.online('kitchen-pi')
    home.offline('kitchen-pi')
    expect(home.told(20 * MINUTE)).toHaveLength(1)
    home.house.restart()
    expect(home.told(HOUR)).toEqual([])
    home.online('kitchen-pi')
    expect(home.told(3 * MINUTE)).toEqual(['Kitchen-pi can be reached again'])
  })

  it('is over when it is shut out, and that is told to whoever was told', () => {
    const home = alertsHouse()
    home.house.device('kitchen-pi')
    home.online('kitchen-pi')
    home.offline('kitchen-pi')
    home.told(20 * MINUTE)
    home.house.db.exec('UPDATE devices SET revoked_at = 1')
    home.reread()
    expect(home.told(2 * MINUTE)).toEqual(['It is not watched any more: kitchen-pi is offline'])
  })

  it('takes its alert along when it is erased, and its rule too', () => {
    const home = alertsHouse()
    home.house.device('kitchen-pi')
    home.rule('mine', { kind: 'device_offline', device_id: 'kitchen-pi' })
    home.online('kitchen-pi')
    home.offline('kitchen-pi')
    home.told(20 * MINUTE)
    home.house.db.exec('DELETE FROM devices')
    home.reread()
    home.pass(MINUTE)
    expect(home.house.all('SELECT id FROM alerts')).toEqual([])
    expect(home.house.all("SELECT id FROM alert_rules WHERE id = 'mine'")).toEqual([])
  })
})

describe('a threshold', () => {
  const warm = (more: Record<string, string | number | null> = {}) => {
    const home = alertsHouse()
    home.house.device('kitchen-pi')
    home.read('kitchen-pi', 20)
    home.only()
    home.rule('warm', { kind: 'entity_above', on_at: 28, off_at: 26, ...more })
    home.pass(10 * SECOND)
    return home
  }

  it('raises above the one value and ends at the other, and between them nothing changes', () => {
    const home = warm()
    home.read('kitchen-pi', 28)
    home.pass(2 * MINUTE)
    expect(home.open()).toEqual([])
    home.read('kitchen-pi', 28.5)
    home.pass(2 * SECOND)
    expect(home.open()).toEqual(['kitchen-pi Temperature is 28.5 °C, above 28 °C'])
    home.read('kitchen-pi', 26.5)
    home.pass(5 * MINUTE)
    expect(home.open()).toHaveLength(1)
    home.read('kitchen-pi', 26)
    home.pass(2 * MINUTE)
    expect(home.open()).toEqual([])
    home.read('kitchen-pi', 27.5)
    home.pass(5 * MINUTE)
    expect(home.open()).toEqual([])
  })

  it('is met by a moment between two looks, where nothing has to last', () => {
    const home = warm()
    home.read('kitchen-pi', 31)
    home.read('kitchen-pi', 20)
    home.pass(2 * SECOND)
    expect(home.open()).toEqual(['kitchen-pi Temperature is 31 °C, above 28 °C'])
  })

  it('has to be crossed for as long as the rule says', () => {
    const home = warm({ for_s: 60 })
    home.read('kitchen-pi', 31)
    home.pass(30 * SECOND)
    home.read('kitchen-pi', 20)
    home.pass(30 * SECOND)
    home.read('kitchen-pi', 31)
    home.pass(50 * SECOND)
    expect(home.open()).toEqual([])
    home.pass(20 * SECOND)
    expect(home.open()).toHaveLength(1)
  })

  it('is over only once it has been for a while', () => {
    const home = warm()
    home.read('kitchen-pi', 31)
    home.pass(10 * SECOND)
    home.read('kitchen-pi', 20)
    home.pass(50 * SECOND)
    home.read('kitchen-pi', 31)
    home.pass(2 * MINUTE)
    expect(home.house.all('SELECT is_open, occurrence FROM alerts')).toEqual([{ is_open: 1, occurrence: 1 }])
  })

  it('is not met by what is late, nor by what no such sensor measures', () => {
    const home = warm()
    home.read('kitchen-pi', 5_000)
    home.read('kitchen-pi', 35, {
      lane: 'backlog',
      items: [{ sensor: 'cpu_temperature', value: 35, at: NOON - HOUR, kind: 'temperature', unit: '°C' }],
    })
    home.pass(MINUTE)
    expect(home.open()).toEqual([])
  })

  it('raises below, for a rule about too little', () => {
    const home = warm()
    home.rule('cold', { kind: 'entity_below', on_at: 5, off_at: 7 })
    home.read('kitchen-pi', 4)
    home.pass(2 * SECOND)
    expect(home.open()).toEqual(['kitchen-pi Temperature is 4 °C, below 5 °C'])
    home.read('kitchen-pi', 6)
    home.pass(3 * MINUTE)
    expect(home.open()).toHaveLength(1)
    home.read('kitchen-pi', 7)
    home.pass(3 * MINUTE)
    expect(home.open()).toEqual([])
  })

  it('of one sensor hides nothing of another', () => {
    const home = warm()
    home.house.device('attic-pi')
    home.read('attic-pi', 20)
    home.pass(70 * SECOND)
    home.read('kitchen-pi', 30)
    expect(home.told(MINUTE)).toEqual(['Kitchen-pi Temperature is 30 °C, above 28 °C'])
    home.read('attic-pi', 40)
    expect(home.told(2 * MINUTE)).toEqual(['Attic-pi Temperature is 40 °C, above 28 °C'])
  })
})

describe('a sensor that is stuck', () => {
  it('gives no value for a while, and one value ends that', () => {
    const home = alertsHouse()
    home.house.device('kitchen-pi')
    home.only()
    home.rule('silent', { kind: 'entity_silent', for_s: 3_600 })
    home.read('kitchen-pi', 20)
    home.pass(70 * MINUTE)
    expect(home.open()).toEqual(['kitchen-pi Temperature has given no value for 1 h'])
    home.read('kitchen-pi', 20)
    home.pass(10 * SECOND)
    expect(home.open()).toEqual([])
  })

  it('gives the same value for a while, however often', () => {
    const home = alertsHouse()
    home.house.device('kitchen-pi')
    home.only()
    home.rule('same', { kind: 'entity_same', for_s: 3_600 })
    for (let minutes = 0; minutes < 70; minutes += 1) {
      home.read('kitchen-pi', 20)
      home.pass(MINUTE)
    }
    expect(home.open()).toEqual(['kitchen-pi Temperature has been exactly 20 for 1 h'])
    home.read('kitchen-pi', 20.1)
    home.pass(10 * SECOND)
    expect(home.open()).toEqual([])
  })

  it('is not raised by a clock that jumps a year ahead', () => {
    const home = alertsHouse()
    home.house.device('kitchen-pi', 'mqtt')
    home.only('device-offline')
    home.rule('silent', { kind: 'entity_silent', for_s: 3_600 })
    home.online('kitchen-pi')
    home.read('kitchen-pi', 20)
    home.pass(20 * MINUTE)
    home.online('kitchen-pi')
    const { engine } = home.house
    const jumped = home.house.now + 365 * 24 * HOUR
    for (let second = 1; second <= 120; second += 1)
      engine.tick({ now: jumped + second * SECOND, clockSynced: true, mono: home.house.now + second * SECOND })
    expect(home.open()).toEqual([])
  })
})
