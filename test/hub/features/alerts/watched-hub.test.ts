import { describe, expect, it } from 'vitest'
import type { CurrentProblem } from '../../../../hub/engine/health-problem.ts'
import { heartbeat } from '../../../../shared/messages/heartbeat.ts'
import { alertsHouse, HOUR, MINUTE, SECOND } from './alerts-house.ts'

const PROBLEM: CurrentProblem = { name: 'jobs:x', code: 'job_failed', message: 'a job failed', weight: 'attention' }
const DAY = 24 * HOUR

/** A house in which only these of the rules from the start are in force. */
function home(...rules: string[]) {
  const made = alertsHouse()
  made.house.device('kitchen-pi')
  made.online('kitchen-pi')
  made.only(...rules)
  return made
}

/** Facts come four times a minute. */
function withFacts(made: ReturnType<typeof home>, ms: number, facts: Parameters<typeof made.facts>[0]): void {
  for (let left = ms; left > 0; left -= MINUTE) {
    made.facts(facts)
    made.pass(Math.min(left, MINUTE))
  }
}

describe('the hub', () => {
  it('is told of where its health says that somebody should look, each problem by itself', () => {
    const made = home('hub-problem')
    const note: CurrentProblem = {
      name: 'central',
      code: 'central_away',
      message: 'central: no connection',
      weight: 'note',
    }
    withFacts(made, 11 * MINUTE, { problems: [PROBLEM, note] })
    expect(made.open()).toEqual(['a job failed'])
    const serious: CurrentProblem = {
      name: 'disk',
      code: 'disk_full',
      message: 'the hub cannot store',
      weight: 'serious',
    }
    withFacts(made, 11 * MINUTE, { problems: [PROBLEM, serious] })
    expect(made.house.all('SELECT says, severity FROM alerts ORDER BY id')).toEqual([
      { says: 'a job failed', severity: 'warning' },
      { says: 'the hub cannot store', severity: 'critical' },
    ])
    withFacts(made, 11 * MINUTE, { problems: [serious] })
    expect(made.open()).toEqual(['the hub cannot store'])
  })

  it('says of a problem that it is more serious by now', () => {
    const made = home('hub-problem')
    withFacts(made, 11 * MINUTE, { problems: [PROBLEM] })
    withFacts(made, MINUTE, { problems: [{ ...PROBLEM, weight: 'serious' }] })
    expect(made.house.all('SELECT severity, occurrence FROM alerts')).toEqual([{ severity: 'critical', occurrence: 1 }])
  })

  it('is not said to be well while nothing is known of it', () => {
    const made = home('hub-problem')
    withFacts(made, 11 * MINUTE, { problems: [PROBLEM] })
    made.pass(HOUR)
    expect(made.open()).toEqual(['a job failed'])
  })

  it('does not tell a target that it cannot be told', () => {
    const made = home('hub-problem')
    withFacts(made, 11 * MINUTE, { problems: [{ ...PROBLEM, name: 'alerts:phone', code: 'alerts_target_away' }] })
    expect(made.open()).toEqual(['a job failed'])
    expect(made.told(5 * MINUTE)).toEqual([])
  })

  it.each([
    [
      'hub-disk',
      { diskUsedShare: 0.96 },
      { diskUsedShare: 0.93 },
      { diskUsedShare: 0.9 },
      "the hub's disk is 96 % full",
    ],
    [
      'card-used',
      { cardUsedPercent: 90 },
      { cardUsedPercent: 80 },
      { cardUsedPercent: 70 },
      "the hub's card says that 90 % of its life are used",
    ],
    [
      'central-behind',
      { centralBehindMs: 3 * HOUR },
      { centralBehindMs: HOUR },
      { centralBehindMs: MINUTE },
      'central lacks what is up to 3 h old',
    ],
  ])('is watched by %s, with room between raising and ending', (rule, wrong, between, well, says) => {
    const made = home(rule)
    withFacts(made, 12 * MINUTE, wrong)
    expect(made.open()).toEqual([says])
    withFacts(made, 70 * MINUTE, between)
    expect(made.open()).toEqual([says])
    withFacts(made, 70 * MINUTE, well)
    expect(made.open()).toEqual([])
  })

  it('is told of an old backup, and of a certificate before it ends', () => {
    const made = home('backup-old', 'certificate-ends')
    const now = made.house.now
    withFacts(made, 95 * MINUTE, { backupAt: now - 26 * HOUR, certificateEndsAt: now + 10 * DAY })
    expect(made.open()).toEqual([
      expect.stringMatching(/^the hub's certificate ends in \d+ days$/),
      expect.stringMatching(/^the newest backup is 1 d \d h old$/),
    ])
    withFacts(made, 3 * MINUTE, { backupAt: made.house.now, certificateEndsAt: now + 400 * DAY })
    expect(made.open()).toEqual([])
  })

  it('raises nothing of what cannot be told', () => {
    const made = home('hub-disk', 'card-used', 'central-behind', 'backup-old', 'certificate-ends')
    withFacts(made, 2 * HOUR, {})
    expect(made.open()).toEqual([])
  })

  it('is told of what it writes to its card', () => {
    const made = home('hub-wear')
    const today = Math.floor(made.house.now / DAY)
    const insert = made.house.db.prepare(
      'INSERT OR REPLACE INTO wear_days (id, began_at, written_at, written) VALUES (?, ?, ?, ?)',
    )
    for (let ago = 3; ago >= 1; ago -= 1)
      insert.run(
        today - ago,
        (today - ago) * DAY,
        (today - ago + 1) * DAY,
        '{"readings":{"commits":1000,"bytes":12000000000}}',
      )
    made.pass(65 * MINUTE)
    expect(made.open()).toEqual(['the hub writes 12.0 GB a day to its card; lares hub wear says for what'])
  })
})

describe('logins', () => {
  const login = (username: string) =>
    ({ kind: 'authenticate', credentials: { clientId: 'x', username, password: 'wrong', listener: 'tls' } }) as const

  it('that are refused again and again are told, by a device where most of them name it', () => {
    const made = home('failed-logins')
    for (let times = 0; times < 30; times += 1) made.house.send(login('kitchen-pi'))
    made.pass(10 * SECOND)
    expect(made.open()).toEqual([])
    made.house.send(login('hunter2'))
    made.pass(10 * SECOND)
    expect(made.open()).toEqual(['31 logins were refused in the last hour, most of them as kitchen-pi'])
    made.pass(65 * MINUTE)
    expect(made.open()).toEqual([])
  })

  it('never say what somebody typed, which may be a password', () => {
    const made = home('failed-logins')
    for (let times = 0; times < 40; times += 1) made.house.send(login('correct-horse'))
    made.pass(10 * SECOND)
    expect(made.open()).toEqual(['40 logins were refused in the last hour'])
  })
})

describe('devices', () => {
  it('are told of that send what nobody understands, five thousand times or on a full share', () => {
    const made = home('rejected-rows')
    for (let batch = 0; batch < 10; batch += 1)
      made.house.send(...Array.from({ length: 500 }, () => ['lares/kitchen-pi/event', '{'] as const))
    expect(made.told(MINUTE)).toEqual(['Kitchen-pi sent 5000 messages in an hour that are not understood'])
    expect(made.told(30 * MINUTE)).toEqual([])
    made.told(40 * MINUTE)
    expect(made.open()).toEqual([])
    // Its share of what is kept is full by now.
    made.house.send(...Array.from({ length: 30 }, () => ['lares/kitchen-pi/event', '{'] as const))
    made.pass(10 * SECOND)
    expect(made.open()).toHaveLength(1)
  })

  it('are told of that have too little power or a full disk, and not by what they said before they went', () => {
    const made = home('under-voltage', 'device-disk')
    const { sample } = heartbeat
    const beat = (under: boolean | null, used: number) =>
      made.house.send([
        'lares/kitchen-pi/heartbeat',
        {
          ...sample,
          throttled: { ...sample.throttled, under_voltage: under },
          disk: { ...sample.disk, used_percent: used },
        },
      ])
    for (let minutes = 0; minutes < 12; minutes += 1) {
      beat(true, 95)
      made.pass(MINUTE)
    }
    const both = [
      'kitchen-pi gets too little power: its supply or cable is too weak',
      'the disk of kitchen-pi is 95 % full',
    ]
    expect(made.open()).toEqual(both)
    made.offline('kitchen-pi')
    made.pass(HOUR)
    expect(made.open()).toEqual(both)
    made.online('kitchen-pi')
    for (let minutes = 0; minutes < 12; minutes += 1) {
      beat(false, 40)
      made.pass(MINUTE)
    }
    expect(made.open()).toEqual([])
  })

  it('are told of with each thing that fails at them, and an old one hides no new one', () => {
    const made = home('device-alarm')
    const fails = (seq: number, sensor: string, type = 'sensor_failing') =>
      made.house.send([
        'lares/kitchen-pi/event',
        { epoch: 'e', lane: 'live', seq, type, sensor, description: `${sensor} cannot be read` },
      ])
    fails(1, 'attic')
    expect(made.told(7 * MINUTE)).toEqual(['Kitchen-pi: attic cannot be read'])
    fails(2, 'cellar')
    expect(made.told(7 * MINUTE)).toEqual(['Kitchen-pi: cellar cannot be read'])
    fails(3, 'attic', 'sensor_recovered')
    expect(made.told(3 * MINUTE)).toEqual(['Over: kitchen-pi: attic cannot be read'])
    expect(made.open()).toEqual(['kitchen-pi: cellar cannot be read'])
  })

  it('that move to another house take their alerts along', () => {
    const made = home('device-offline')
    made.offline('kitchen-pi')
    made.pass(17 * MINUTE)
    made.house.db.exec("INSERT INTO houses (id, name, created_at, updated_at) VALUES ('cottage', 'Cottage', 9e12, 0)")
    made.house.db.exec("UPDATE devices SET house_id = 'cottage'")
    made.pass(10 * SECOND)
    expect(made.house.all('SELECT house_id FROM alerts')).toEqual([{ house_id: 'cottage' }])
  })
})

describe('a state', () => {
  it('is critical where it is smoke, at any hour, until somebody acknowledges', () => {
    const made = alertsHouse(undefined, Date.UTC(2026, 0, 2, 2))
    made.house.device('hall-pi')
    made.only('danger')
    const smoke = (seq: number, value: number) =>
      made.house.send([
        'lares/hall-pi/readings',
        { epoch: 'e', lane: 'live', seq, items: [{ sensor: 'smoke', value, kind: 'smoke', unit: '' }] },
      ])
    smoke(1, 0)
    made.house.db.exec(
      "UPDATE device_entities SET device_class = 'smoke', entity_type = 'binary_sensor', name = 'Smoke'",
    )
    made.reread()
    made.pass(MINUTE)
    smoke(2, 1)
    expect(made.told(12 * MINUTE)).toEqual([
      'Hall-pi Smoke is on',
      'Still: hall-pi Smoke is on',
      'Still: hall-pi Smoke is on',
    ])
  })
})
