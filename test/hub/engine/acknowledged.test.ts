import { describe, expect, it } from 'vitest'
import { REJECTED_PER_DEVICE, REJECTED_RAW_BYTES } from '../../../shared/limits.ts'
import { birth } from '../../../shared/messages/birth.ts'
import { openTestHouse, reading } from './engine-in-memory.ts'

const DEVICE = 'kitchen-pi'
const READINGS = `lares/${DEVICE}/readings`
const birthOf = (more: Record<string, unknown>) =>
  [`lares/${DEVICE}/birth`, { ...birth.sample, epoch: 'e1', ...more }] as const

function houseWithDevice() {
  const house = openTestHouse()
  house.device(DEVICE)
  return house
}

describe('a device that introduces itself', () => {
  it('hears how far the hub is, although it lost every acknowledgement', () => {
    const house = houseWithDevice()
    house.send([READINGS, reading(5, 1)], [READINGS, reading(2, 1, { lane: 'backlog' })])
    house.restart()
    expect(house.send(birthOf({}))).toEqual(['stored'])
    expect(house.published('/ack')).toEqual([{ epoch: 'e1', upto: { live: 5, backlog: 2 }, rejected: [] }])
  })

  it('hears of what came just before it in the same batch too', () => {
    const house = houseWithDevice()
    house.send([READINGS, reading(3, 1)])
    house.send([READINGS, reading(5, 1)], birthOf({}))
    expect(house.published('/ack')).toMatchObject([{ upto: { live: 5 } }])
  })

  it('hears it also when its introduction is refused', () => {
    const house = houseWithDevice()
    house.send([READINGS, reading(5, 1)])
    expect(house.send(birthOf({ connects: 'many' }))).toEqual(['rejected'])
    expect(house.published('/ack')).toMatchObject([{ upto: { live: 5 } }])
  })
})

describe('a device that is not of this house', () => {
  it.each([
    ['unknown', 'lares/garden-pi/readings', ''],
    ['revoked', READINGS, `UPDATE devices SET revoked_at = 1 WHERE id = '${DEVICE}'`],
  ])('is refused, and nothing of it is kept: %s', (_, topic, before) => {
    const house = houseWithDevice()
    house.db.exec(before)
    house.restart()
    expect(house.send([topic, reading(1, 1)])).toEqual(['refused'])
    expect(house.all('SELECT id FROM readings')).toEqual([])
    expect(house.published('/ack')).toEqual([])
    expect(house.engine.ledger.received).toBe(0)
  })
})

describe('a device that sends rubbish', () => {
  const kept = (house: ReturnType<typeof openTestHouse>) =>
    house.all<{ rows: number; bytes: number; most: number }>(
      'SELECT count(*) AS "rows", sum(length(raw)) AS bytes, max(length(raw)) AS most FROM rejected_messages',
    )[0]

  it('without end fills its own share, and is only counted after that', () => {
    const house = houseWithDevice()
    const most = REJECTED_PER_DEVICE.rows
    house.send(...Array.from({ length: most + 20 }, () => [READINGS, '{'] as const))
    expect(kept(house)?.rows).toBe(most)
    house.restart()
    house.send([READINGS, '{'])
    expect(kept(house)?.rows).toBe(most)
    expect(house.engine.ledger.rejected).toBe(most + 21)
    house.device('cellar-pi')
    house.send(['lares/cellar-pi/readings', '{'])
    expect(kept(house)?.rows).toBe(most + 1)
  })

  it('of any length costs no more than the first bytes of each', () => {
    const house = houseWithDevice()
    house.send([READINGS, `{${' '.repeat(REJECTED_RAW_BYTES * 3)}`])
    expect(kept(house)).toMatchObject({ rows: 1, most: REJECTED_RAW_BYTES })
    expect(house.all('SELECT raw_bytes FROM rejected_messages')).toEqual([{ raw_bytes: REJECTED_RAW_BYTES * 3 + 1 }])
  })

  it('by the thousand gets an acknowledgement that it can take, which covers all of it', () => {
    const house = houseWithDevice()
    const bad = Array.from(
      { length: 300 },
      (_, n) => [READINGS, reading(n + 1, 1, { items: [{ sensor: '' }] })] as const,
    )
    house.send(...bad)
    const [ack] = house.published('/ack') as { upto: unknown; rejected: unknown[] }[]
    expect(ack?.upto).toEqual({ live: 300 })
    expect(ack?.rejected).toHaveLength(100)
  })

  it('with a number that no outbox can have gets no position from it', () => {
    const house = houseWithDevice()
    for (const seq of [Number.MAX_SAFE_INTEGER + 1, -1, 1.5])
      expect(house.send([READINGS, reading(seq, 1)])).toEqual(['rejected'])
    expect(house.all('SELECT last_seq FROM device_streams')).toEqual([])
    expect(house.send([READINGS, reading(1, 1)])).toEqual(['stored'])
  })
})
