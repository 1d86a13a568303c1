import { Client } from 'pg'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { PumpParts } from '../../../../hub/sync/pump.ts'
import { type Clock, systemClock } from '../../../../shared/clock.ts'
import { SURVIVES_KILL, useCentral, VERSIONS } from '../../../central/postgres-servers.ts'
import { type SmallDisk, smallDisk } from '../../../faults/lib/small-disk.ts'
import { reading } from '../../engine/engine-in-memory.ts'
import { addSite, HASTY, type HouseWithCentral, houseWithCentral, rows } from '../house-with-central.ts'
import { differences } from './central-comparison.ts'
import { type CentralLine, lineTo } from './central-line.ts'
import { type HouseRows, houseRows } from './sync-house.ts'

const YEAR_MS = 365 * 86_400_000

interface Scene {
  house: HouseWithCentral
  own: HouseRows
  line: CentralLine
  admin: string
  site: string
  role: string
  /** What the status said, in plain words, whenever something went wrong. */
  said: Set<string>
}

const running: Scene[] = []
afterEach(async () => {
  for (const { house, line } of running.splice(0)) {
    await house.kill()
    await line.close()
  }
})

/** A house with some history that has settled with the central of `admin`. */
async function settledHouse(admin: string, options: Partial<PumpParts> = {}): Promise<Scene> {
  const { url, site, role } = await addSite(admin, 'home')
  const line = await lineTo(url)
  const said = new Set<string>()
  const house: HouseWithCentral = houseWithCentral(line.url, {
    ...options,
    onChange() {
      const { last_error } = house.status()
      if (last_error !== null) said.add(last_error)
    },
  })
  const scene = { house, own: houseRows(house.house.db), line, admin, site, role, said }
  running.push(scene)
  house.house.device('pi-a1b2c3')
  scene.own.measure(20)
  scene.own.person('p1', 'one')
  house.pump.start()
  await house.settled()
  return scene
}

/** Everything is there once, and nobody took the house for another one. */
async function allIsWell({ house, own, admin, site }: Scene, ms = 20_000): Promise<void> {
  await house.settled(ms)
  // The status is that of the last look, a second ago.
  await house.until('the status says so', () => house.status().rows_behind === 0)
  expect(await differences(house.house.db, admin, { site })).toEqual([])
  expect(house.status()).toMatchObject({ state: 'running', epoch: 1, last_error: null })
  expect(own.events('sync_epoch') + own.events('sync_fenced') + own.events('central_restored')).toBe(0)
}

const says = ({ house, said }: Scene, what: RegExp, ms?: number) =>
  house.until(`the status says ${what}`, () => [...said].some((words) => what.test(words)), ms)

describe.each(VERSIONS)('a house goes on by itself at PostgreSQL %s', (version) => {
  const central = useCentral(version, { settings: SURVIVES_KILL })

  it.each([['fast'], ['immediate']] as const)('when the server restarts within a batch, %s', async (mode) => {
    let restarted = false
    let armed = false
    const scene = await settledHouse(await central.migrated(), {
      async failpoint(moment, work) {
        if (moment !== 'copied' || work !== 'readings' || !armed || restarted) return
        restarted = true
        await central.server.restart(mode)
      },
    })
    armed = true
    scene.own.measure(2_000)
    await scene.house.until('the server was restarted', () => restarted)
    await allIsWell(scene)
    expect([...scene.said].join()).not.toBe('')
  })

  it('when somebody holds a lock on a table for long', async () => {
    const admin = await central.migrated()
    const scene = await settledHouse(admin, { limits: { statementMs: 150 } })
    const holder = new Client({ connectionString: admin })
    await holder.connect()
    await holder.query('BEGIN; LOCK TABLE lares.readings IN ACCESS EXCLUSIVE MODE')
    scene.own.measure(100)
    scene.own.person('p1', 'renamed meanwhile')
    await says(scene, /^central gave up a statement that took too long/)
    const behind = () => scene.house.status().rows_behind
    expect(behind()).toBeGreaterThan(0)
    await holder.query('ROLLBACK')
    await holder.end()
    await allIsWell(scene)
  })

  it('when coming months take too long to make: rows find room in the DEFAULT partition', async () => {
    const admin = await central.migrated()
    await rows(
      admin,
      "CREATE OR REPLACE FUNCTION lares.ensure_partitions() RETURNS integer LANGUAGE sql AS 'SELECT 1 FROM pg_sleep(60)'",
    )
    const scene = await settledHouse(admin, { limits: { statementMs: 150 } })
    scene.own.measure(10)
    await allIsWell(scene)
  })

  it('when the server hangs without a word', async () => {
    const scene = await settledHouse(await central.migrated(), { clock: systemClock, limits: { deadlineMs: 400 } })
    const [backend] = await rows<{ pid: number }>(scene.admin, 'SELECT pid FROM pg_stat_activity WHERE usename = $1', [
      scene.role,
    ])
    const pid = Number(backend?.pid)
    process.kill(pid, 'SIGSTOP')
    try {
      scene.own.measure(100)
      scene.house.pump.wake()
      await says(scene, /^central did not answer within 0.4 s/)
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    await allIsWell(scene)
  })

  const cut = ({ admin, role }: Scene) =>
    rows(admin, 'SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = $1', [role])
  it.each<[string, (role: string) => string, (role: string) => string, RegExp]>([
    [
      'its role is revoked',
      (role) => `REVOKE lares_site FROM "${role}"`,
      (role) => `GRANT lares_site TO "${role}"`,
      /^central denies this site's role a right it needs/,
    ],
    [
      'its password is changed',
      (role) => `ALTER ROLE "${role}" PASSWORD 'another'`,
      (role) => `ALTER ROLE "${role}" PASSWORD 'secret'`,
      /^central does not accept this site's role or password/,
    ],
    [
      'its role may not log in',
      (role) => `ALTER ROLE "${role}" NOLOGIN`,
      (role) => `ALTER ROLE "${role}" LOGIN`,
      /^central does not accept this site's role or password/,
    ],
    [
      'its grant is taken away',
      (role) => `UPDATE lares.site_grants SET grantee = 'not ${role}' WHERE grantee = '${role}'`,
      (role) => `UPDATE lares.site_grants SET grantee = '${role}' WHERE grantee = 'not ${role}'`,
      /^central knows no site for this role/,
    ],
  ])('after %s, and given back', async (_, take, give, words) => {
    const scene = await settledHouse(await central.migrated())
    await rows(scene.admin, take(scene.role))
    // A password counts at the next connection; what was granted, at the next statement.
    if (/PASSWORD|LOGIN/.test(take(''))) await cut(scene)
    scene.own.measure(100)
    await says(scene, words)
    expect(scene.house.status().state).not.toBe('fenced')
    await rows(scene.admin, give(scene.role))
    await allIsWell(scene)
  })

  let disk: SmallDisk | string | null = null
  afterAll(() => {
    if (disk !== null && typeof disk !== 'string') disk.remove()
  })
  it("when central's disk is full, and somebody makes room", async ({ skip }) => {
    disk = smallDisk(120)
    if (typeof disk === 'string') {
      console.log(`central with a full disk is not tried: ${disk}`)
      skip(disk)
      return
    }
    const admin = await central.migrated()
    await rows(admin, `CREATE TABLESPACE tight LOCATION '${disk.folder}'`)
    const name = new URL(admin).pathname.slice(1)
    await rows(central.server.url(), `ALTER DATABASE ${name} SET TABLESPACE tight`)
    const scene = await settledHouse(admin)
    disk.fill()
    scene.own.measure(5_000)
    await says(scene, /^central's disk is full/)
    expect(scene.house.status().rows_behind).toBeGreaterThan(0)
    disk.makeRoom()
    await allIsWell(scene)
  })

  it("while the hub's clock jumps a year back and forth", async () => {
    let offset = 0
    const clock: Clock = { ...HASTY, now: () => HASTY.now() + offset }
    const scene = await settledHouse(await central.migrated(), { clock })
    const { house } = scene.house
    for (const [seq, jump] of [-YEAR_MS, YEAR_MS, 2 * YEAR_MS, -3 * YEAR_MS, 0].entries()) {
      offset = jump
      house.now += jump
      house.send(['lares/pi-a1b2c3/readings', reading(seq + 1, seq)])
      scene.own.measure(200, house.now)
      scene.own.person(`p${seq}`, `at ${jump}`)
      await scene.house.settled()
    }
    await allIsWell(scene)
  })

  it('after weeks without central: what is new goes first, what was missed follows', async () => {
    const missed = 12_000
    const late: number[] = []
    let further = false
    const scene = await settledHouse(await central.migrated(), {
      limits: { splitRows: 2_000 },
      failpoint(moment, work) {
        if (moment !== 'committed') return
        // What is measured just after the split, and again while the backlog is under way.
        const backlog = work.startsWith('readings:')
        if (work !== 'split' && !(backlog && !further)) return
        further = backlog
        scene.own.measure(5)
        late.push(...(scene.house.house.db.prepare('SELECT max(id) FROM readings').pluck().all() as number[]))
      },
    })
    scene.line.break()
    for (let week = 1; week <= 3; week++) {
      scene.house.house.tick(7 * 86_400_000)
      scene.own.measure(missed / 3, scene.house.house.now)
      await scene.house.until('it was tried again', () => scene.house.pump.state.failures > week)
    }
    expect(scene.house.status()).toMatchObject({ state: 'waiting', last_error: expect.stringMatching(/connection/i) })
    scene.line.mend()
    await allIsWell(scene)
    expect(late).toHaveLength(2)
    const [order] = await rows(
      scene.admin,
      'SELECT (SELECT max(synced_at) FROM lares.readings WHERE id > $1 AND id <= $2) < (SELECT min(synced_at) FROM lares.readings WHERE id > 20 AND id <= $1) AS before_all, ' +
        '(SELECT max(synced_at) FROM lares.readings WHERE id > $2 AND id <= $3) < (SELECT max(synced_at) FROM lares.readings WHERE id > 20 AND id <= $1) AS before_the_rest',
      [20 + missed, late[0], late[1]],
    )
    expect(order).toEqual({ before_all: true, before_the_rest: true })
  })
})
