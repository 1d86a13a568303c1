import { describe, expect, it } from 'vitest'
import { VOLATILE_FLUSH_MS } from '../../../../shared/limits.ts'
import { ask, commandInput, query } from '../../engine/ask.ts'
import { openTestHouse, reading, START } from '../../engine/engine-in-memory.ts'

const YEARS = 20 * 365 * 86_400_000
const STATE = '/state/cpu_temperature'

/** A house that measured 99 while its clock was twenty years ahead, and whose clock is right now. */
function cameBack() {
  const house = openTestHouse()
  house.device('kitchen-pi')
  house.now = START + YEARS
  house.send(['lares/kitchen-pi/readings', reading(1, 99)])
  house.tick(VOLATILE_FLUSH_MS)
  house.now = START
  return house
}

describe('a hub whose clock was ahead', () => {
  it('shows and publishes what is measured after the clock was set, not the value of the future', () => {
    const house = cameBack()
    house.send(['lares/kitchen-pi/readings', reading(2, 21)])
    expect(house.published(STATE)).toMatchObject([{ value: 21, at: START }])
    expect(query(house, 'readings/latest')).toMatchObject({ readings: [{ value: 21, time: START }] })
    house.now += 1_000
    house.send(['lares/kitchen-pi/readings', reading(3, 22)])
    expect(house.published(STATE)).toMatchObject([{ value: 22, at: START + 1_000 }])
  })

  it('does so also after a restart, when the value of the future comes from the table', () => {
    const house = cameBack()
    house.restart()
    expect(house.published(STATE)).toMatchObject([{ value: 99 }])
    house.now += 1_000
    house.send(['lares/kitchen-pi/readings', reading(2, 21)])
    expect(house.published(STATE)).toMatchObject([{ value: 21 }])
  })

  it('shows the value of the future where there is no other', () => {
    expect(query(cameBack(), 'readings/latest')).toMatchObject({ readings: [{ value: 99 }] })
  })

  it('publishes what it held back when the clock went back meanwhile', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    house.now = START + YEARS
    house.send(['lares/kitchen-pi/readings', reading(1, 98)])
    house.send(['lares/kitchen-pi/readings', reading(2, 99)])
    expect(house.published(STATE)).toEqual([])
    house.now = START
    house.tick(0)
    expect(house.published(STATE)).toMatchObject([{ value: 99 }])
  })

  it('takes the right time for right also when it loses its time source afterwards', () => {
    const house = cameBack()
    house.tick(1_000)
    house.clockSynced = false
    house.send(['lares/kitchen-pi/readings', reading(2, 21)])
    expect(house.all('SELECT reading_time FROM sensor_readings WHERE value = 21')).toEqual([
      { reading_time: START + 1_000 },
    ])
  })

  it('says when a device was last seen, and notices again that one is silent', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    house.now = START + YEARS
    house.send({ kind: 'presence', device: 'kitchen-pi', online: true, reason: 'connected' })
    house.send(['lares/kitchen-pi/readings', reading(1, 20)])
    house.tick(VOLATILE_FLUSH_MS)
    house.now = START
    house.tick(1_000)
    expect(house.all('SELECT status FROM devices')).toEqual([{ status: 'online' }])
    house.tick(121_000)
    expect(house.all('SELECT status, status_reason FROM devices')).toEqual([
      { status: 'error', status_reason: 'silent' },
    ])
    house.send(['lares/kitchen-pi/readings', reading(2, 21)])
    house.tick(VOLATILE_FLUSH_MS + 1_000)
    expect(house.all<{ last_seen: number }>('SELECT last_seen FROM devices')[0]?.last_seen).toBeLessThan(house.now)
  })

  it('keeps no invitation, no answer and no conversation for twenty years', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    house.now = START + YEARS
    ask(
      house,
      commandInput('devices/invite', { name: 'Hall' }, { prepared: { addresses: ['h:1'], warnings: [], pin: 'p' } }),
    )
    const turn = { turn: 't1', stream: 7, format: 'pcm_s16le_16000_mono', preroll: 400 }
    house.send(['lares/kitchen-pi/turn', { ...turn, phase: 'start' }])
    expect(house.all('SELECT state FROM sessions')).toEqual([{ state: 'active' }])
    house.now = START
    house.tick(700_000)
    house.restart()
    house.tick(7_200_000)
    expect(house.all('SELECT id FROM invitations')).toEqual([])
    expect(house.all('SELECT request_id FROM request_memory')).toEqual([])
    expect(house.all('SELECT state FROM sessions')).toEqual([{ state: 'ended' }])
  })
})
