import { describe, expect, it } from 'vitest'
import { openDevices } from '../../../hub/features/devices/engine.ts'
import { openHouses } from '../../../hub/features/house/engine.ts'
import { PER_PRINCIPAL } from '../../../shared/limits.ts'
import { openTestHouse, reading } from './engine-in-memory.ts'

describe('the engine', () => {
  it('stores a reading once, however often it comes, and acknowledges every copy', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    expect(
      house.send(['lares/kitchen-pi/readings', reading(1, 20.5)], ['lares/kitchen-pi/readings', reading(1, 20.5)]),
    ).toEqual(['stored', 'duplicate'])
    house.restart()
    expect(house.send(['lares/kitchen-pi/readings', reading(1, 20.5)])).toEqual(['duplicate'])
    expect(house.published('/ack')).toEqual([{ epoch: 'e1', upto: { live: 1 }, rejected: [] }])
    expect(house.all('SELECT value, sensor_type, unit, quality FROM sensor_readings')).toEqual([
      { value: 20.5, sensor_type: 'temperature', unit: '°C', quality: 1 },
    ])
  })

  it('keeps a message it does not understand, with its bytes, and tells the device', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    const verdicts = house.send(
      ['lares/kitchen-pi/readings', '{"epoch":"e1"'],
      ['lares/kitchen-pi/readings', reading(2, 1, { items: [{ sensor: '', value: 1 }] })],
    )
    expect(verdicts).toEqual(['rejected', 'rejected'])
    expect(house.all('SELECT code, CAST(raw AS TEXT) AS raw FROM rejected_messages ORDER BY id')[0]).toEqual({
      code: 'bad_json',
      raw: '{"epoch":"e1"',
    })
    expect(house.published('/ack')).toMatchObject([
      { upto: { live: 2 }, rejected: [{ lane: 'live', seq: 2, code: 'bad_message' }] },
    ])
    expect(house.engine.ledger).toEqual({ received: 2, applied: 0, duplicate: 0, rejected: 2 })
  })

  it('keeps a message that no part of the hub takes, with its bytes, and tells the device', () => {
    const house = openTestHouse({ features: [openHouses, openDevices] })
    house.device('kitchen-pi')
    const payload = JSON.stringify(reading(1, 1))
    const send = () =>
      house.send(['lares/kitchen-pi/readings', payload], ['lares/kitchen-pi/wake', { keyword: 'lares', score: 'loud' }])
    expect(send()).toEqual(['rejected', 'rejected'])
    expect(house.published('/ack')).toMatchObject([
      { upto: { live: 1 }, rejected: [{ seq: 1, code: 'handler_failed' }] },
    ])
    expect(house.published('kitchen-pi/rejected')).toMatchObject([
      { code: 'handler_failed', reason: expect.stringContaining('no part of this hub takes such a message') },
      { code: 'bad_message' },
    ])
    const [kept] = house.all('SELECT code, CAST(raw AS TEXT) AS raw FROM rejected_messages ORDER BY id')
    expect(kept).toEqual({ code: 'handler_failed', raw: payload })
    expect(send()).toEqual(['duplicate', 'rejected'])
    expect(house.engine.ledger).toEqual({ received: 4, applied: 0, duplicate: 1, rejected: 3 })
  })

  it('remembers the newest epochs of a device, however many it makes, and leaves those of others alone', () => {
    const house = openTestHouse()
    for (const device of ['kitchen-pi', 'cellar-pi']) house.device(device)
    house.send(['lares/cellar-pi/readings', reading(1, 1, { epoch: 'theirs' })])
    const send = (epoch: number) => house.send(['lares/kitchen-pi/readings', reading(1, 1, { epoch: `e${epoch}` })])
    for (let epoch = 1; epoch <= 100; epoch += 1) expect(send(epoch)).toEqual(['stored'])
    const batch = Array.from({ length: 300 }, (_, n) => n + 101)
    house.send(...batch.map((n) => ['lares/kitchen-pi/readings', reading(1, 1, { epoch: `e${n}` })] as const))
    const epochs = house.all<{ epoch: string }>("SELECT epoch FROM device_streams WHERE device_id = 'kitchen-pi'")
    const newest = Array.from({ length: PER_PRINCIPAL.epochs }, (_, n) => `e${400 - n}`)
    expect(new Set(epochs.map(({ epoch }) => epoch))).toEqual(new Set(newest))
    expect(send(400)).toEqual(['duplicate'])
    house.restart()
    expect(send(400)).toEqual(['duplicate'])
    expect(house.send(['lares/cellar-pi/readings', reading(1, 1, { epoch: 'theirs' })])).toEqual(['duplicate'])
  })

  it('rolls back only the input whose handler fails', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    house.db.exec(
      "CREATE TRIGGER broken BEFORE INSERT ON events WHEN NEW.event_type = 'poison' BEGIN SELECT RAISE(ABORT, 'poisoned'); END",
    )
    const verdicts = house.send(
      ['lares/kitchen-pi/readings', reading(1, 1)],
      ['lares/kitchen-pi/event', { epoch: 'e1', lane: 'urgent', seq: 1, type: 'poison' }],
      ['lares/kitchen-pi/readings', reading(2, 2)],
    )
    expect(verdicts).toEqual(['stored', 'rejected', 'stored'])
    expect(house.all('SELECT value FROM readings ORDER BY id')).toEqual([{ value: 1 }, { value: 2 }])
    expect(house.all('SELECT code FROM rejected_messages')).toEqual([{ code: 'handler_failed' }])
    expect(house.engine.ledger).toEqual({ received: 3, applied: 2, duplicate: 0, rejected: 1 })
    expect(house.published('/ack')).toMatchObject([
      { upto: { live: 2, urgent: 1 }, rejected: [{ code: 'handler_failed' }] },
    ])
  })
})
