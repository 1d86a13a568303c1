import { describe, expect, it } from 'vitest'
import { lastTimeOfDay } from '../../../../hub/features/backups/due-time.ts'
import { BACKUP_JOBS } from '../../../../hub/features/backups/job-kinds.ts'
import { BACKUP } from '../../../../hub/features/backups/settings.ts'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const settings = {
  backup: BACKUP.schema.parse({
    to: { stick: { usb: 'LARES' }, nas: { folder: '/mnt/nas/lares' } },
    at: '03:30',
    plain: true,
  }),
}

function open(more: Partial<Parameters<typeof openTestHouse>[0]> = {}): TestHouse {
  const house = openTestHouse({ jobKinds: BACKUP_JOBS, settings, ...more })
  house.db.exec("UPDATE houses SET timezone = 'Europe/Vienna'")
  return house
}

interface Claimed {
  job: number
  run: string
  key: string
}

/** The runs that may begin now. */
function begin(house: TestHouse, kind = 'backup'): Claimed[] {
  return house.input<Claimed[]>({ kind: 'job', change: { step: 'claim', most: 16, kinds: [kind], going: [] } }).value
}

/** What is to be run now, and is run; one at a time, as its kind says. */
function claim(house: TestHouse): string[] {
  const run: string[] = []
  for (let next = begin(house); next.length > 0; next = begin(house)) {
    expect(next).toHaveLength(1)
    for (const one of next) {
      end(house, one, { is: 'done', value: made(house.now, one.key) })
      run.push(one.key)
    }
  }
  return run.sort()
}

const made = (now: number, place: string) => {
  const name = `lares-home-00000000-${new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')}.tar.age`
  return { name, bytes: 1_000, madeAt: now, verified: place === 'stick', lying: null }
}

function end(house: TestHouse, { job, run }: Claimed, outcome: object): void {
  house.input({ kind: 'job', change: { step: 'ended', job, run, outcome: outcome as { is: 'unstarted' } } })
}

const waiting = (house: TestHouse) =>
  house
    .all<{ key: string }>("SELECT key FROM jobs WHERE kind = 'backup' AND state = 'waiting' ORDER BY key")
    .map(({ key }) => key)

/** Problems that were told and not taken back, by their names. */
function problems(house: TestHouse, told: Map<string, string>): string[] {
  for (const effect of house.effects)
    if (effect.kind === 'problem') {
      if (effect.problem) told.set(effect.name, effect.problem.message)
      else told.delete(effect.name)
    }
  return [...told.values()]
}

describe('a place of hub.toml', () => {
  it('is refused a time limit that no timer can wait', () => {
    const limit = (time_limit: string) =>
      BACKUP.schema.safeParse({ to: { cloud: { command: ['/bin/true'], time_limit } }, plain: true })
    expect(limit('576h').success).toBe(true)
    expect(limit('9999m').success).toBe(true)
    expect(limit('597h').error?.issues[0]?.message).toBe('is more than 24 days: write at most 576h')
  })
})

describe('the time of a backup', () => {
  it('is that of the house, in summer and in winter', () => {
    const zone = 'Europe/Vienna'
    expect(new Date(lastTimeOfDay(Date.UTC(2026, 6, 10, 12), '03:30', zone)).toISOString()).toBe(
      '2026-07-10T01:30:00.000Z',
    )
    expect(new Date(lastTimeOfDay(Date.UTC(2026, 0, 10, 1), '03:30', zone)).toISOString()).toBe(
      '2026-01-09T02:30:00.000Z',
    )
    expect(new Date(lastTimeOfDay(Date.UTC(2026, 0, 10, 12), '23:59', zone)).toISOString()).toBe(
      '2026-01-09T22:59:00.000Z',
    )
    expect(new Date(lastTimeOfDay(Date.UTC(2026, 0, 10, 12), '03:30', 'No/Where')).toISOString()).toBe(
      '2026-01-10T03:30:00.000Z',
    )
  })

  it('comes once on the days on which clocks are changed', () => {
    for (const [from, days] of [
      [Date.UTC(2026, 2, 27), 5],
      [Date.UTC(2026, 9, 23), 5],
    ] as const) {
      const found = new Set<number>()
      for (let now = from; now < from + days * DAY_MS; now += 600_000)
        found.add(lastTimeOfDay(now, '02:30', 'Europe/Vienna'))
      const inside = [...found].filter((due) => due >= from)
      expect(inside).toHaveLength(days)
      for (const due of inside) expect(due).toBeLessThanOrEqual(from + days * DAY_MS)
    }
  })
})

describe('the schedule of backups', () => {
  it('makes one at each place at once, and then one a day', () => {
    const house = open()
    house.tick(1_000)
    expect(waiting(house)).toEqual(['nas', 'stick'])
    expect(claim(house)).toEqual(['nas', 'stick'])
    house.tick(20 * 60_000)
    expect(waiting(house)).toEqual([])
    for (let day = 0; day < 3; day += 1) {
      house.tick(DAY_MS)
      expect(waiting(house)).toEqual(['nas', 'stick'])
      claim(house)
      house.tick(60_000)
      expect(waiting(house)).toEqual([])
    }
    expect(query(house, 'backups/list', { place: 'stick' }).backups).toHaveLength(4)
  })

  it('makes up for what was missed, once, also by a hub that was off', () => {
    const house = open()
    house.tick(1_000)
    claim(house)
    house.now += 9 * DAY_MS
    house.restart({ settings })
    house.tick(1_000)
    expect(waiting(house)).toEqual(['nas', 'stick'])
    claim(house)
    house.tick(60_000)
    expect(waiting(house)).toEqual([])
  })

  it('waits for a clock that follows a time source, and goes on when one that was ahead is set back', () => {
    const house = open()
    house.clockSynced = false
    house.tick(1_000)
    expect(waiting(house)).toEqual([])
    house.clockSynced = true
    house.now += 400 * DAY_MS
    house.tick(30_000)
    claim(house)
    house.now -= 400 * DAY_MS
    house.tick(30_000)
    expect(waiting(house)).toEqual(['nas', 'stick'])
    claim(house)
    house.tick(DAY_MS)
    expect(waiting(house)).toEqual(['nas', 'stick'])
  })

  it('forgets places that hub.toml has no more', () => {
    const house = open()
    house.tick(1_000)
    claim(house)
    house.restart({ settings: { backup: BACKUP.schema.parse({ to: { nas: { folder: '/mnt/nas' } }, plain: true }) } })
    expect(query(house, 'backups/list', {}).backups).toHaveLength(1)
    expect(ask(house, commandInput('backups/make', { place: 'stick' })).status).toBe('error')
  })
})

describe('the health of a hub', () => {
  it('says that a stick is away, and that its backups grow old, until it is plugged in again', () => {
    const house = open()
    const told = new Map<string, string>()
    house.tick(1_000)
    const [first] = begin(house)
    const away = {
      is: 'failed',
      code: 'device_missing',
      message: 'the stick LARES is not plugged in, or not mounted',
      retry: true,
    }
    end(house, first as Claimed, away)
    house.tick(30_000)
    expect(problems(house, told)).toContainEqual(
      expect.stringMatching(/^no backup can be made at \w+: the stick LARES is not plugged in/),
    )
    house.tick(4 * DAY_MS)
    expect(problems(house, told)).toContainEqual(
      expect.stringMatching(/^there is no backup at \w+, which was named 4 d ago/),
    )
    data(ask(house, commandInput('backups/make', {})))
    expect(claim(house)).toEqual(['nas', 'stick'])
    house.tick(30_000)
    problems(house, told)
    house.tick(30_000)
    expect(problems(house, told)).toEqual([])
  })

  it('says that a backup is damaged, until another one is good', () => {
    const house = open()
    const told = new Map<string, string>()
    house.tick(1_000)
    claim(house)
    const { jobs } = data<{ jobs: { job: number }[] }>(ask(house, commandInput('backups/verify', { place: 'nas' })))
    expect(jobs).toHaveLength(1)
    const [check] = begin(house, 'backup_check')
    end(house, check as Claimed, {
      is: 'failed',
      code: 'bad_params',
      message: 'it is damaged or cut off',
      retry: false,
    })
    house.tick(30_000)
    problems(house, told)
    expect([...told]).toContainEqual([
      `backup_damaged:nas`,
      expect.stringContaining('is of no use: it is damaged or cut off'),
    ])
    expect(query(house, 'backups/list', { place: 'nas' }).backups).toMatchObject([
      { fault: 'it is damaged or cut off' },
    ])
  })
})
