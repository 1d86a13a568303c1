import { describe, expect, it } from 'vitest'
import { readLedger } from '../../../hub/engine/ledger.ts'
import { messageMark, readMark } from '../../../hub/engine/message-mark.ts'
import { newestKey } from '../../../hub/store/append-keys.ts'
import { heartbeat } from '../../../shared/messages/heartbeat.ts'
import { openTestHouse, reading, type TestHouse } from './engine-in-memory.ts'

const TOPIC = 'lares/kitchen-pi/readings'

function houseWithDevice(): TestHouse {
  const house = openTestHouse()
  house.device('kitchen-pi')
  return house
}

/** What the tables of the books have, whatever rows say. */
const written = (house: TestHouse) => ({
  lanes: house.all<{ lane: string; last_seq: number }>('SELECT lane, last_seq FROM device_streams ORDER BY id'),
  ledger: house.db
    .prepare("SELECT json_extract(value, '$.applied') FROM hub_settings WHERE key = 'ledger'")
    .pluck()
    .get(),
})

describe('a message without readings', () => {
  it('takes no key of a lane, so that those of later lanes can be marked', () => {
    const house = houseWithDevice()
    const event = { epoch: 'e1', lane: 'live', type: 'button', at: house.now, severity: 'info', title: 'x', data: {} }
    for (let seq = 1; seq <= 100; seq++) {
      if (seq === 50) house.restart()
      expect(house.send(['lares/kitchen-pi/event', { ...event, seq }])).toEqual(['stored'])
    }
    house.send([TOPIC, reading(1, 5, { epoch: 'e2' })])
    expect(house.all('SELECT id, epoch, last_seq FROM device_streams ORDER BY id')).toEqual([
      { id: 1, epoch: 'e1', last_seq: 100 },
      { id: 2, epoch: 'e2', last_seq: 1 },
    ])
    expect(house.all("SELECT seq FROM sqlite_sequence WHERE name = 'device_streams'")).toEqual([{ seq: 2 }])
    expect(house.all('SELECT mark FROM readings')).toEqual([{ mark: messageMark(2, 1) }])
  })
})

describe('a message of readings', () => {
  it('is counted and placed by its rows alone, also after a restart without a stop', () => {
    const house = houseWithDevice()
    for (let seq = 1; seq <= 3; seq++) expect(house.send([TOPIC, reading(seq, seq)])).toEqual(['stored'])
    // The first of a lane makes its row.
    expect(written(house)).toEqual({ lanes: [{ lane: 'live', last_seq: 1 }], ledger: undefined })
    house.restart()
    expect(house.engine.ledger).toEqual({ received: 3, applied: 3, duplicate: 0, rejected: 0 })
    expect(house.send([TOPIC, reading(3, 3)], [TOPIC, reading(4, 4)])).toEqual(['duplicate', 'stored'])
    expect(readLedger(house.db)).toEqual(house.engine.ledger)
  })

  it('is written in the books at a stop', () => {
    const house = houseWithDevice()
    house.send([TOPIC, reading(7, 1)])
    house.engine.stop({ now: house.now, clockSynced: true })
    expect(written(house)).toEqual({ lanes: [{ lane: 'live', last_seq: 7 }], ledger: 1 })
    house.restart()
    expect(house.engine.ledger.applied).toBe(1)
    expect(house.send([TOPIC, reading(7, 1)])).toEqual(['duplicate'])
  })

  it('without a sequence number is counted too', () => {
    const house = houseWithDevice()
    house.send([TOPIC, { items: [{ sensor: 's', value: 1 }] }])
    house.restart()
    expect(house.engine.ledger.applied).toBe(1)
  })

  it('of several items, of which the last is refused, carries its mark all the same', () => {
    const house = houseWithDevice()
    const items = [
      { sensor: 'cpu_temperature', value: 1, kind: 'temperature', unit: '°C' },
      { sensor: 'cpu_temperature', value: 2, kind: 'humidity', unit: '%' },
    ]
    house.send([TOPIC, reading(1, 1)])
    house.send([TOPIC, { ...reading(2, 1), items }])
    house.restart()
    expect(house.send([TOPIC, reading(2, 1)])).toEqual(['duplicate'])
    expect(house.engine.ledger.received).toBe(3)
  })

  it('whose number is too large for a mark has its place written', () => {
    const house = houseWithDevice()
    const seq = 2 ** 37
    expect(house.send([TOPIC, reading(seq, 1)])).toEqual(['stored'])
    expect(written(house).lanes).toEqual([{ lane: 'live', last_seq: seq }])
    house.restart()
    expect(house.send([TOPIC, reading(seq, 1)])).toEqual(['duplicate'])
    expect(house.engine.ledger).toMatchObject({ applied: 1, duplicate: 1 })
  })

  it('whose rows are undone leaves nothing of itself, and what came before it all', () => {
    const house = houseWithDevice()
    house.db.exec(
      "CREATE TRIGGER broken BEFORE INSERT ON readings WHEN NEW.value = 13 BEGIN SELECT RAISE(ABORT, 'poisoned'); END",
    )
    const batch = [1, 2, 13, 4].map((value, index) => [TOPIC, reading(index + 1, value)] as const)
    expect(house.send(...batch)).toEqual(['stored', 'stored', 'rejected', 'stored'])
    house.restart()
    expect(house.engine.ledger).toEqual({ received: 4, applied: 3, duplicate: 0, rejected: 1 })
    expect(house.send(...batch)).toEqual(Array(4).fill('duplicate'))
  })

  it('that is undone as the last of its batch is placed by the books', () => {
    const house = houseWithDevice()
    house.db.exec(
      "CREATE TRIGGER broken BEFORE INSERT ON readings WHEN NEW.value = 13 BEGIN SELECT RAISE(ABORT, 'poisoned'); END",
    )
    const batch = [[TOPIC, reading(1, 1)] as const, [TOPIC, reading(2, 13)] as const]
    expect(house.send(...batch)).toEqual(['stored', 'rejected'])
    house.restart()
    expect(house.send(...batch)).toEqual(['duplicate', 'duplicate'])
  })

  it('goes with its whole batch when the disk takes that back', () => {
    const house = houseWithDevice()
    house.send([TOPIC, reading(1, 1)])
    house.db.pragma(`max_page_count = ${house.db.pragma('page_count', { simple: true })}`)
    const items = Array.from({ length: 400 }, (_, index) => ({ sensor: `s${index % 200}`, value: index }))
    const many = Array.from({ length: 10 }, (_, index) => [TOPIC, { ...reading(index + 2, 1), items }] as const)
    expect(() => house.send(...many)).toThrow(/full/)
    house.db.pragma('max_page_count = 1000000')
    expect(house.engine.ledger.applied).toBe(1)
    expect(new Set(house.send(...many))).toEqual(new Set(['stored']))
  })
})

describe('the books', () => {
  it('are written before rows go that say what is in them', () => {
    const house = houseWithDevice()
    for (let seq = 1; seq <= 30; seq++) {
      const items = Array.from({ length: 500 }, (_, index) => ({ sensor: 's', value: index }))
      house.send([TOPIC, { ...reading(seq, 1), items }])
    }
    const upto = Number(house.db.prepare("SELECT value FROM hub_settings WHERE key = 'readings_indexed'").pluck().get())
    expect(upto).toBeGreaterThan(0)
    house.db.prepare('DELETE FROM readings WHERE id <= ?').run(upto)
    house.restart()
    expect(house.engine.ledger.applied).toBe(30)
    expect(house.send([TOPIC, reading(30, 1)])).toEqual(['duplicate'])
  })

  it('are not written for a heartbeat, which is counted with what is written next', () => {
    const house = houseWithDevice()
    const changes = () => Number(house.db.prepare('SELECT total_changes()').pluck().get())
    house.send([TOPIC, reading(1, 1)])
    const before = changes()
    for (let beat = 0; beat < 5; beat++) {
      house.now += 1_000
      expect(house.send(['lares/kitchen-pi/heartbeat', heartbeat.sample])).toEqual(['stored'])
    }
    expect(changes()).toBe(before)
    expect(house.engine.ledger.applied).toBe(6)
    house.send([TOPIC, '{'])
    expect(readLedger(house.db)).toEqual({ received: 7, applied: 6, duplicate: 0, rejected: 1 })
  })

  it('know the newest epochs by what moved last, whether the table has it or only rows', () => {
    const house = houseWithDevice()
    const send = (epoch: string, seq: number) => {
      house.now += 1_000
      return house.send([TOPIC, reading(seq, 1, { epoch })])
    }
    send('e0', 1)
    for (let epoch = 1; epoch <= 40; epoch++) {
      send(`e${epoch}`, 1)
      expect(send('e0', epoch)).toEqual(['duplicate'])
      send('e0', epoch + 1)
    }
    house.restart()
    expect(send('e0', 41)).toEqual(['duplicate'])
    expect(send('e40', 1)).toEqual(['duplicate'])
    // The oldest are forgotten, as promised.
    expect(send('e1', 1)).toEqual(['stored'])
  })

  it('know a device that left and came again with the same outbox', () => {
    const house = houseWithDevice()
    house.send([TOPIC, reading(5, 1)])
    house.db.exec("DELETE FROM devices WHERE id = 'kitchen-pi'")
    house.device('kitchen-pi')
    house.restart()
    expect(house.send([TOPIC, reading(5, 1)])).toEqual(['stored'])
    house.restart()
    expect(house.send([TOPIC, reading(5, 1)])).toEqual(['duplicate'])
  })
})

describe('the keys of readings', () => {
  it.each(['DELETE FROM readings', 'DELETE FROM readings WHERE id > 1', 'DELETE FROM reading_series'])(
    'are never given twice, after %s',
    (sql) => {
      const house = houseWithDevice()
      for (let seq = 1; seq <= 4; seq++) house.send([TOPIC, reading(seq, seq)])
      house.db.exec(sql)
      expect(newestKey(house.db, 'readings')).toBe(4)
      house.restart()
      house.device('hall-pi')
      house.send(['lares/hall-pi/readings', reading(5, 5)])
      expect(house.all('SELECT max(id) AS id FROM readings')).toEqual([{ id: 5 }])
      house.db.exec('DELETE FROM readings')
      expect(newestKey(house.db, 'readings')).toBe(5)
    },
  )
})

describe('a mark', () => {
  it.each([
    [1, 1],
    [65_535, 2 ** 37 - 1],
    [7, 3_000_000_000],
  ])('of lane %i and number %i is a safe integer and says both', (lane, seq) => {
    const mark = messageMark(lane, seq)
    expect(Number.isSafeInteger(mark)).toBe(true)
    expect(readMark(Number(mark))).toEqual({ lane, seq })
  })

  it('is none where the numbers are too large', () => {
    expect([messageMark(65_536, 1), messageMark(1, 2 ** 37)]).toEqual([null, null])
  })
})
