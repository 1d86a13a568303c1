import { beforeEach, describe, expect, it } from 'vitest'
import { KEPT_MS, LATE_MS, RING_MS } from '../../../../hub/features/timers/ringing.ts'
import { decodeAudioFrame, FRAME_FLAGS } from '../../../../shared/messages/audio-frame.ts'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../../engine/engine-in-memory.ts'

const MIN = 60_000
const HOUR = 3_600_000

let house: TestHouse
beforeEach(() => {
  house = openTestHouse()
  house.device('kitchen-pi')
})

const add = (params: Record<string, unknown>) => data(ask(house, commandInput('timers/add', params)))
const refused = (params: Record<string, unknown>) => ask(house, commandInput('timers/add', params)).error
const open = () => query<{ timers: Record<string, unknown>[] }>(house, 'timers/list').timers
const events = (type: string) =>
  house.all<{ data: string }>('SELECT event_data AS data FROM events WHERE event_type = ?', type)
const zone = (name: string) => house.db.prepare('UPDATE houses SET timezone = ?').run(name)
const frames = () =>
  house.effects.filter((effect) => effect.kind === 'publish' && effect.topic.startsWith('lares/kitchen-pi/speech/'))

describe('a timer', () => {
  it('rings when its span is over, on the speaker of its device, until somebody ends it', () => {
    add({ when: '10min', name: 'pasta', device: 'kitchen-pi' })
    house.tick(9 * MIN + 59_000)
    expect(open()).toMatchObject([{ state: 'waiting', left_ms: 1_000 }])
    expect(frames()).toEqual([])
    house.tick(1_000)
    expect(open()).toMatchObject([{ state: 'ringing', left_ms: null }])
    const sound = frames().map((effect) =>
      decodeAudioFrame(Buffer.from((effect as { payload: string }).payload, 'base64')),
    )
    expect(sound).toHaveLength(50)
    expect(sound.at(0)).toMatchObject({ seq: 0, flags: FRAME_FLAGS.start })
    expect(sound.at(-1)).toMatchObject({ seq: 49, flags: FRAME_FLAGS.end })
    house.tick(1_000)
    expect(frames()).toEqual([])
    house.tick(4_000)
    expect(frames()).toHaveLength(50)
    expect(data(ask(house, commandInput('timers/cancel', { timer: 'Pasta' })))).toMatchObject({ state: 'done' })
    house.tick(10_000)
    expect(frames()).toEqual([])
    expect(events('timer_rang')).toHaveLength(1)
  })

  it('stands beside others, of the same span and without a name', () => {
    for (const when of ['10min', '10min', '5min']) add({ when })
    house.tick(5 * MIN)
    expect(open().map(({ state }) => state)).toEqual(['ringing', 'waiting', 'waiting'])
  })

  it('is over by itself when nobody ends it', () => {
    add({ when: '1min' })
    house.tick(MIN)
    house.tick(RING_MS)
    expect(open()).toEqual([])
  })

  it('is forgotten a month after it was over', () => {
    add({ when: '1min', name: 'tea' })
    ask(house, commandInput('timers/cancel', { timer: 'tea' }))
    house.tick(KEPT_MS - MIN)
    expect(house.all('SELECT 1 FROM timers')).toHaveLength(1)
    house.tick(HOUR)
    expect(house.all('SELECT 1 FROM timers')).toEqual([])
  })

  it('is counted by the clock that only goes forward, whatever becomes of the one on the wall', () => {
    house.clockSynced = false
    add({ when: '10min' })
    house.tick(1_000)
    const { engine } = house
    // Its time source sets the clock on by an hour.
    engine.tick({ now: house.now + HOUR, clockSynced: true, mono: house.now })
    expect(open()).toMatchObject([{ state: 'waiting', rings_at: START + HOUR + 10 * MIN, clock_known: false }])
    engine.tick({ now: house.now + HOUR + 10 * MIN, clockSynced: true, mono: house.now + 10 * MIN })
    expect(open()).toMatchObject([{ state: 'ringing' }])
  })

  it('rings late after a restart, and is missed when that is too late', () => {
    add({ when: '10min', name: 'late' })
    add({ when: '2h', name: 'later' })
    house.now += HOUR
    house.restart()
    house.tick(1_000)
    expect(open()).toMatchObject([
      { name: 'late', state: 'ringing' },
      { name: 'later', state: 'waiting' },
    ])
    house.now += HOUR + LATE_MS + MIN
    house.restart()
    house.tick(1_000)
    expect(open()).toMatchObject([])
    expect(events('timer_missed').map(({ data }) => JSON.parse(data).name)).toEqual(['later'])
  })

  it('is refused where nobody could tell it from others', () => {
    for (let at = 0; at < 100; at++) add({ when: `${at + 1}h` })
    expect(refused({ when: '10min' })).toMatchObject({ code: 'busy' })
  })
})

describe('an alarm', () => {
  it('rings at the time of the house, on the day on which it comes next', () => {
    zone('Europe/Berlin')
    expect(add({ when: '07:00' })).toMatchObject({ rings_at: START + 6 * HOUR })
    expect(add({ when: '00:30' })).toMatchObject({ rings_at: START + 23 * HOUR + 30 * MIN })
    expect(add({ when: '2026-07-01 07:00' })).toMatchObject({ rings_at: Date.UTC(2026, 6, 1, 5) })
  })

  it('rings at seven on the morning after the clocks were changed, forward and back', () => {
    zone('Europe/Berlin')
    house.now = Date.UTC(2026, 2, 28, 20)
    expect(add({ when: '07:00' })).toMatchObject({ rings_at: Date.UTC(2026, 2, 29, 5) })
    house.now = Date.UTC(2026, 9, 24, 20)
    expect(add({ when: '07:00' })).toMatchObject({ rings_at: Date.UTC(2026, 9, 25, 6) })
  })

  it('rings once in a minute that comes twice, and soon after one that is left out', () => {
    zone('Europe/Berlin')
    expect(add({ when: '2026-10-25 02:30' })).toMatchObject({ rings_at: Date.UTC(2026, 9, 25, 0, 30) })
    expect(add({ when: '2026-03-29 02:30' })).toMatchObject({ rings_at: Date.UTC(2026, 2, 29, 1, 30) })
  })

  it('keeps its time of day when the house has another zone', () => {
    zone('Europe/Berlin')
    add({ when: '2026-01-02 07:00' })
    zone('America/New_York')
    house.tick(1_000)
    expect(open()).toMatchObject([{ rings_at: Date.UTC(2026, 0, 2, 12) }])
  })

  it('is set for a time that comes', () => {
    expect(refused({ when: '2025-12-31 07:00' })).toMatchObject({ code: 'bad_params' })
    for (const when of ['25:00', '7', 'soon', '2026-13-01 07:00', '8d', '0s'])
      expect(refused({ when })).toMatchObject({ code: 'bad_params' })
  })
})

describe('an alarm that comes again', () => {
  const DAY = 24 * HOUR
  const again = (repeat: string, when = '07:00') => add({ when, repeat, name: 'up', device: 'kitchen-pi' })
  const next = () => open().filter(({ state }) => state === 'waiting')

  beforeEach(() => zone('Europe/Berlin'))

  it('rings at seven on each of its days, and waits for the next as soon as it rings', () => {
    // One at night in Berlin, on a Thursday.
    expect(again('weekdays')).toMatchObject({ rings_at: START + 6 * HOUR, repeats: 'mon,tue,wed,thu,fri' })
    house.tick(6 * HOUR)
    expect(open()).toMatchObject([{ state: 'ringing' }, { state: 'waiting', rings_at: START + 6 * HOUR + DAY }])
    expect(frames()).toHaveLength(50)
    ask(house, commandInput('timers/cancel', { timer: String(open()[0]?.id) }))
    house.tick(DAY)
    expect(next()).toMatchObject([{ rings_at: START + 6 * HOUR + 4 * DAY, repeats: 'mon,tue,wed,thu,fri', name: 'up' }])
  })

  it('keeps its time of day when the clocks are changed, forward and back, and in a zone that the house gets', () => {
    house.now = Date.UTC(2026, 2, 27, 20)
    again('daily')
    for (const [month, day, hour] of [
      [2, 28, 6],
      [2, 29, 5],
      [2, 30, 5],
    ] as const) {
      expect(next()).toMatchObject([{ rings_at: Date.UTC(2026, month, day, hour) }])
      house.now = Date.UTC(2026, month, day, hour)
      house.tick(1_000)
    }
    house.now = Date.UTC(2026, 9, 24, 4)
    house.tick(1_000)
    expect(next()).toMatchObject([{ rings_at: Date.UTC(2026, 9, 24, 5) }])
    house.now = Date.UTC(2026, 9, 24, 5)
    house.tick(1_000)
    expect(next()).toMatchObject([{ rings_at: Date.UTC(2026, 9, 25, 6) }])
    zone('America/New_York')
    house.tick(1_000)
    expect(next()).toMatchObject([{ rings_at: Date.UTC(2026, 9, 25, 11) }])
  })

  it('rings once on the days on which its time comes twice or is left out', () => {
    house.now = Date.UTC(2026, 2, 28, 20)
    again('daily', '02:30')
    house.now = Date.UTC(2026, 2, 29, 1, 30)
    house.tick(1_000)
    expect(next()).toMatchObject([{ rings_at: Date.UTC(2026, 2, 30, 0, 30) }])
    house.now = Date.UTC(2026, 9, 24, 20)
    house.tick(1_000)
    house.now = Date.UTC(2026, 9, 25, 0, 30)
    house.tick(1_000)
    expect(next()).toMatchObject([{ rings_at: Date.UTC(2026, 9, 26, 1, 30) }])
  })

  it('is missed once however long the hub was off, and rings on the next of its days', () => {
    again('mon,thu')
    house.now += 20 * DAY
    house.restart()
    house.tick(1_000)
    expect(events('timer_missed')).toHaveLength(1)
    // A Wednesday by then.
    expect(open()).toMatchObject([{ state: 'waiting', rings_at: START + 6 * HOUR + 21 * DAY, repeats: 'mon,thu' }])
    house.restart()
    house.tick(1_000)
    expect(open()).toHaveLength(1)
  })

  it('comes no more when what waits is cancelled', () => {
    again('daily')
    ask(house, commandInput('timers/cancel', { timer: 'up' }))
    house.tick(DAY)
    expect(open()).toEqual([])
    expect(events('timer_rang')).toEqual([])
  })

  it('comes again on days, at a time of day', () => {
    expect(refused({ when: '07:00', repeat: 'sometimes' })).toMatchObject({
      message: 'repeat: sometimes are no days',
      hint: 'Write daily, weekdays, weekends, or days such as mon,wed.',
    })
    for (const when of ['10min', '2026-07-01 07:00', '25:00'])
      expect(refused({ when, repeat: 'mon,wed' })).toMatchObject({ hint: 'Write a time such as 07:00 with --repeat.' })
    expect(add({ when: '07:00', repeat: 'weekends' })).toMatchObject({ repeats: 'sat,sun' })
  })
})
