import { describe, expect, it } from 'vitest'
import { ask, commandInput, data } from '../../engine/ask.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { type AlertsHouse, alertsHouse, HOUR, MINUTE, NOON, PHONE, SECOND } from './alerts-house.ts'

const MAIL = { ...PHONE, topic: 'mail' }
const RULE = { kind: 'entity_above', on_at: 28, off_at: 26 } as const

/** A house with one rule about warmth, and devices that are cool. */
function home(
  rule: Record<string, string | number | null> = {},
  more: { devices?: number; targets?: object; now?: number } = {},
) {
  const { devices = 1, targets = { phone: PHONE }, now = NOON } = more
  const made = alertsHouse(targets as Record<string, object>, now)
  for (let at = 1; at <= devices; at += 1) {
    made.house.device(`pi-${String(at).padStart(2, '0')}`)
    made.read(`pi-${String(at).padStart(2, '0')}`, 20)
  }
  made.only()
  made.rule('warm', { ...RULE, ...rule })
  made.pass(10 * SECOND)
  return made
}

const warm = (made: AlertsHouse, at = '01') => made.read(`pi-${at}`, 30)
const cool = (made: AlertsHouse, at = '01') => made.read(`pi-${at}`, 20)
const tellings = ({ all }: TestHouse) =>
  all('SELECT target, told, sending, is_given_up FROM alert_tellings ORDER BY target')

describe('what is told', () => {
  it('is one message where a power cut takes forty devices, with the first of them by name', () => {
    const made = home({}, { devices: 40 })
    // Their supplies give up one after the other.
    for (let at = 40; at >= 1; at -= 1) {
      warm(made, String(at).padStart(2, '0'))
      if (at % 8 === 0) made.house.tick(SECOND)
    }
    made.pass(9 * SECOND)
    const [message, ...others] = made.arrive()
    expect(others).toEqual([])
    expect(message?.title).toBe('40 values are too high')
    expect(message?.text).toBe(
      '40 values are too high: pi-01 Temperature, pi-02 Temperature, pi-03 Temperature, pi-04 Temperature, pi-05 Temperature, ' +
        'pi-06 Temperature, pi-07 Temperature, pi-08 Temperature and 32 more',
    )
    expect(made.told(5 * MINUTE)).toEqual([])
  })

  it('that it is over is told to whoever was told, and to nobody else', () => {
    const made = home(
      { targets: '[{"target":"phone","after_min":0},{"target":"mail","after_min":30}]' },
      { targets: { phone: PHONE, mail: MAIL } },
    )
    warm(made)
    expect(made.told(MINUTE)).toEqual(['Pi-01 Temperature is 30 °C, above 28 °C'])
    cool(made)
    made.pass(80 * SECOND)
    const ended = made.arrive()
    expect(ended.map(({ target, title }) => [target, title])).toEqual([
      ['phone', 'Pi-01 Temperature is no longer too high'],
    ])
    expect(made.told(HOUR)).toEqual([])
  })

  it('goes on to the next target where nobody acknowledges, and not where somebody does', () => {
    const targets = '[{"target":"phone","after_min":0},{"target":"mail","after_min":30}]'
    const made = home({ targets }, { targets: { phone: PHONE, mail: MAIL }, devices: 2 })
    warm(made)
    expect(made.told(29 * MINUTE, 'mail')).toEqual([])
    expect(made.told(3 * MINUTE, 'mail')).toHaveLength(1)
    warm(made, '02')
    made.told(MINUTE)
    made.house.db.exec("UPDATE alerts SET acknowledged_at = 1 WHERE name LIKE 'pi-02%'")
    expect(made.told(HOUR, 'mail')).toEqual([])
  })

  it('goes on in time over a start of the hub', () => {
    const targets = '[{"target":"phone","after_min":0},{"target":"mail","after_min":30}]'
    const made = home({ targets }, { targets: { phone: PHONE, mail: MAIL } })
    warm(made)
    made.told(20 * MINUTE)
    made.house.restart()
    expect(made.told(9 * MINUTE, 'mail')).toEqual([])
    expect(made.told(3 * MINUTE, 'mail')).toHaveLength(1)
  })

  it('is told again as often as the rule says until somebody acknowledges', () => {
    const made = home({ repeat_min: 30 })
    warm(made)
    expect(made.told(95 * MINUTE)).toEqual([
      'Pi-01 Temperature is 30 °C, above 28 °C',
      ...Array.from({ length: 3 }, () => 'Still: pi-01 Temperature is 30 °C, above 28 °C'),
    ])
    made.house.db.exec('UPDATE alerts SET acknowledged_at = 1')
    expect(made.told(2 * HOUR)).toEqual([])
  })

  it('leaves out a target that wants to hear of worse things only, or is told only where it is named', () => {
    const made = home({}, { targets: { phone: { ...PHONE, least: 'critical' }, mail: { ...MAIL, default: false } } })
    warm(made)
    expect(made.told(5 * MINUTE)).toEqual([])
    expect(made.open()).toHaveLength(1)
  })

  it('that comes and goes is told once as that, and as it is once it has stayed so', () => {
    const made = home()
    const titles: string[] = []
    for (let times = 0; times < 8; times += 1) {
      warm(made)
      titles.push(...made.told(20 * SECOND))
      cool(made)
      titles.push(...made.told(100 * SECOND))
    }
    expect(titles).toEqual([
      'Pi-01 Temperature is 30 °C, above 28 °C',
      'Pi-01 Temperature is no longer too high',
      'Pi-01 Temperature is 30 °C, above 28 °C',
      'Pi-01 Temperature is no longer too high',
      'This comes and goes: pi-01 Temperature is 30 °C, above 28 °C',
    ])
    expect(made.told(20 * MINUTE)).toEqual(['Pi-01 Temperature is no longer too high'])
    warm(made)
    expect(made.told(MINUTE)).toEqual(['Pi-01 Temperature is 30 °C, above 28 °C'])
  })

  it('is never the same twice within a minute, however fast it changes', () => {
    const made = home()
    const at: number[] = []
    for (let second = 0; second < 600; second += 1) {
      if (second % 2 === 0) warm(made)
      else cool(made)
      made.house.tick(SECOND)
      if (made.arrive().length > 0) at.push(second)
    }
    expect(at).toHaveLength(1)
  })

  it('is not told as over within a minute, also where it is critical', () => {
    const made = home({}, { devices: 2 })
    made.rule('silent', { kind: 'entity_silent', for_s: 600, severity: 'critical' })
    made.rule('hot', { kind: 'entity_above', on_at: 50, severity: 'critical' })
    const titles: string[] = []
    for (let seconds = 0; titles.length === 0 && seconds < 900; seconds += 1) {
      if (seconds % 100 === 0) cool(made, '02')
      titles.push(...made.told(SECOND))
    }
    expect(titles).toEqual(['Pi-01 Temperature has given no value for 10 min'])
    cool(made)
    made.pass(10 * SECOND)
    expect(made.open()).toEqual([])
    // Neither by itself nor with something that cannot wait.
    made.read('pi-02', 60)
    expect(made.told(30 * SECOND)).toEqual(['2 values are too high'])
    expect(made.told(2 * MINUTE)).toEqual(['Pi-01 Temperature gives values again'])
  })

  it('waits a minute after another message, unless it is critical', () => {
    const made = home({}, { devices: 3 })
    made.rule('hot', { kind: 'entity_above', on_at: 50, severity: 'critical' })
    warm(made)
    expect(made.told(20 * SECOND)).toHaveLength(1)
    warm(made, '02')
    expect(made.told(30 * SECOND)).toEqual([])
    made.read('pi-03', 60)
    expect(made.told(10 * SECOND)).toEqual(['3 values are too high'])
  })
})

describe('quiet hours', () => {
  const NIGHT = { quiet_from: 22 * 60, quiet_to: 7 * 60 }
  /** 22:30 in Vienna. */
  const LATE = NOON + 10.5 * HOUR

  it('hold back what is told when they end, if it is still so', () => {
    const made = home(NIGHT, { now: LATE, devices: 2 })
    warm(made)
    warm(made, '02')
    expect(made.told(2 * HOUR)).toEqual([])
    cool(made, '02')
    expect(made.told(6 * HOUR)).toEqual([])
    expect(made.told(31 * MINUTE)).toEqual(['Pi-01 Temperature is 30 °C, above 28 °C'])
    expect(made.house.now).toBeLessThan(LATE + 9 * HOUR)
  })

  it('hold back nothing that is critical', () => {
    const made = home({ ...NIGHT, severity: 'critical' }, { now: LATE })
    warm(made)
    expect(made.told(10 * SECOND)).toHaveLength(1)
  })

  it('hold back that it is over until the morning', () => {
    const made = home(NIGHT, { now: LATE - 2 * HOUR })
    warm(made)
    expect(made.told(MINUTE)).toHaveLength(1)
    made.pass(2 * HOUR)
    cool(made)
    expect(made.told(HOUR)).toEqual([])
    expect(made.told(8 * HOUR)).toEqual(['Pi-01 Temperature is no longer too high'])
  })
})

describe('a target that is away', () => {
  it('is told together what it missed, and nothing that came and went meanwhile', () => {
    const made = home({}, { devices: 3 })
    warm(made)
    made.pass(15 * SECOND)
    const [first] = made.claim()
    warm(made, '02')
    made.pass(5 * MINUTE)
    cool(made, '02')
    warm(made, '03')
    made.pass(HOUR)
    // One message at a time is on its way.
    expect(made.house.all("SELECT id FROM jobs WHERE kind = 'alert_message'")).toHaveLength(1)
    if (first) made.end(first, { is: 'done', value: undefined })
    expect(made.told(MINUTE)).toEqual(['Pi-03 Temperature is 30 °C, above 28 °C'])
  })

  it('is in the health of the hub once it failed several times, until it takes something', () => {
    const made = home()
    warm(made)
    const problems: unknown[] = []
    const failing = (ms: number) => {
      for (let left = ms; left > 0; left -= SECOND) {
        made.house.tick(SECOND)
        problems.push(
          ...made.house.effects.flatMap((effect) =>
            effect.kind === 'problem' && effect.name === 'alerts:phone' ? [effect.problem] : [],
          ),
        )
        for (const one of made.claim())
          made.end(one, { is: 'failed', code: 'unreachable', message: 'nothing listens there', retry: true })
      }
    }
    failing(3 * MINUTE)
    expect(problems).toEqual([
      expect.objectContaining({
        code: 'alerts_target_away',
        message: expect.stringContaining('nothing listens there'),
      }),
    ])
    expect(made.told(10 * MINUTE)).toHaveLength(1)
    expect(made.house.all("SELECT id FROM jobs WHERE state <> 'done'")).toEqual([])
  })

  it('is named by its own name where only a test fails', () => {
    const made = home()
    data(ask(made.house, commandInput('alerts/test')))
    const problems: unknown[] = []
    for (let second = 0; second < 180; second += 1) {
      made.house.tick(SECOND)
      problems.push(
        ...made.house.effects.filter((effect) => effect.kind === 'problem' && effect.name.startsWith('alerts')),
      )
      for (const one of made.claim())
        made.end(one, { is: 'failed', code: 'unreachable', message: 'nothing listens there', retry: true })
    }
    expect(problems).toMatchObject([
      {
        name: 'alerts:phone',
        problem: { message: expect.stringMatching(/^the target phone has taken no message since/) },
      },
    ])
  })

  it('is given up after a bounded number of tries, is not told that again, and is told what comes next', () => {
    const made = home({}, { devices: 2 })
    warm(made)
    made.pass(15 * SECOND)
    let tries = 0
    for (; tries < 400; tries += 1) {
      const [one] = made.claim()
      if (one) made.end(one, { is: 'failed', code: 'unreachable', message: 'nothing listens there', retry: true })
      else if (made.house.all("SELECT id FROM jobs WHERE state = 'failed'").length > 0) break
      made.house.now += 10 * MINUTE
      made.house.tick(SECOND)
    }
    expect(tries).toBeGreaterThan(250)
    expect(tellings(made.house)).toEqual([{ target: 'phone', told: 'raised', sending: null, is_given_up: 1 }])
    expect(made.told(HOUR)).toEqual([])
    warm(made, '02')
    expect(made.told(2 * MINUTE)).toEqual(['Pi-02 Temperature is 30 °C, above 28 °C'])
  })
})

describe('a hub with several houses', () => {
  it('says of what is wrong where it is, by the clock of that house', () => {
    const made = home({}, { devices: 2 })
    made.house.db.exec(
      "INSERT INTO houses (id, name, timezone, created_at, updated_at) VALUES ('cottage', 'Cottage', 'America/New_York', 9000000000000, 0)",
    )
    made.house.db.exec("UPDATE devices SET house_id = 'cottage' WHERE id = 'pi-02'")
    // Entities are looked up again within a minute.
    made.pass(70 * SECOND)
    warm(made, '02')
    made.pass(15 * SECOND)
    const [message] = made.arrive()
    expect(message).toMatchObject({
      title: 'Pi-02 Temperature is 30 °C, above 28 °C (Cottage)',
      text: expect.stringContaining('(06:01)'),
      alerts: [{ house: 'Cottage', device: 'pi-02' }],
    })
  })
})

describe('a hub that is killed', () => {
  it('between raising and telling tells it after its start', () => {
    const made = home()
    warm(made)
    made.pass(3 * SECOND)
    expect(made.open()).toHaveLength(1)
    made.house.restart()
    expect(made.told(MINUTE)).toHaveLength(1)
  })

  it('while a message is on its way brings that message again, and no other', () => {
    const made = home()
    warm(made)
    made.pass(15 * SECOND)
    const [first] = made.claim()
    made.house.restart()
    // As the runner does at its start with what ran when the hub ended.
    if (first) made.end(first, { is: 'interrupted', clean: false })
    const again: string[] = []
    for (let second = 0; second < 120; second += 1) {
      made.house.tick(SECOND)
      for (const one of made.claim()) {
        again.push(one.idempotencyKey)
        made.end(one, { is: 'done', value: undefined })
      }
    }
    expect(again).toEqual([first?.idempotencyKey])
  })

  it('with a message whose job is not in the copy that took its place tells it anew', () => {
    const made = home()
    warm(made)
    made.pass(15 * SECOND)
    made.house.db.exec('DELETE FROM jobs')
    made.house.restart()
    expect(made.told(2 * MINUTE)).toHaveLength(1)
  })
})

it('writes nothing while nothing changes, alerts that are open included', () => {
  const made = home({}, { devices: 5 })
  warm(made)
  made.told(2 * MINUTE)
  const changes = () => made.house.all<{ n: number }>('SELECT total_changes() AS n')[0]?.n ?? 0
  made.pass(3 * MINUTE)
  const before = changes()
  for (let second = 0; second < 100; second += 1) made.house.tick(SECOND)
  expect(changes() - before).toBeLessThanOrEqual(1)
})

describe('speakers', () => {
  const SPEAKERS = { kind: 'speakers', default: true, least: 'critical' }

  function withSpeaker(targets: object) {
    const made = home({ severity: 'critical' }, { targets })
    made.house.device('kitchen-pi')
    made.house.db
      .prepare("UPDATE devices SET capabilities = '[\"audio_output\"]', status = 'online' WHERE id = 'kitchen-pi'")
      .run()
    return made
  }
  const said = ({ house }: AlertsHouse) =>
    house.effects.flatMap((effect) => (effect.kind === 'announce' ? effect.announcements : []))
  function hears(made: AlertsHouse, ms: number) {
    const heard: ReturnType<typeof said> = []
    for (let second = 0; second < ms; second += SECOND) {
      made.house.tick(SECOND)
      heard.push(...said(made))
    }
    return heard.map(({ device, text, isUrgent }) => [device, text, isUrgent])
  }

  it('say what is critical at once and urgently, once, and that it is over', () => {
    const made = withSpeaker({ speakers: SPEAKERS })
    warm(made)
    expect(hears(made, MINUTE)).toEqual([['kitchen-pi', 'Pi-01 Temperature is 30 degrees, above 28 degrees', true]])
    expect(tellings(made.house)).toMatchObject([{ target: 'speakers', told: 'raised', sending: null }])
    cool(made)
    expect(hears(made, 2 * MINUTE)).toEqual([['kitchen-pi', expect.stringContaining('Pi-01 Temperature'), false]])
  })

  it('of a group that a house does not have say nothing, and a test is said to all of theirs', () => {
    const made = withSpeaker({ speakers: { ...SPEAKERS, group: 'Nowhere' } })
    warm(made)
    expect(hears(made, MINUTE)).toEqual([])
    const other = withSpeaker({ speakers: SPEAKERS })
    data(ask(other.house, commandInput('alerts/test', { target: 'speakers' })))
    expect(said(other)).toMatchObject([{ device: 'kitchen-pi', isUrgent: false }])
  })
})
