import { describe, expect, it } from 'vitest'
import { NO_FAILPOINT } from '../../../../hub/sync/failpoint.ts'
import { type MergeSql, mergeSql } from '../../../../hub/sync/merge-sql.ts'
import { Postgres } from '../../../../hub/sync/postgres.ts'
import { type Lease, LeaseLost, upload } from '../../../../hub/sync/upload.ts'
import { type UploadBatch, UploadSource } from '../../../../hub/sync/upload-source.ts'
import { useCentral, VERSIONS } from '../../../central/postgres-servers.ts'
import { openTestHouse } from '../../engine/engine-in-memory.ts'
import { addSite, houseWithCentral, rows, TABLES } from '../house-with-central.ts'
import type { SimulatedCentral } from '../simulated-central.ts'
import { LAYOUT } from '../simulated-hub.ts'
import { type Faults, NO_FAULTS, Simulation } from '../simulation.ts'
import { houseRows } from './sync-house.ts'

const SEEDS = 60

/** What goes wrong in some lives of a house, with one safeguard of central taken away, or with all of them. */
function whatGoesWrong(faults: Faults, weaken: (central: SimulatedCentral) => void = () => {}): string[] {
  const wrong: string[] = []
  for (let seed = 1; seed <= SEEDS; seed++) {
    const run = new Simulation(seed, faults)
    weaken(run.central)
    run.live(120)
    if (run.settle(60) === null) wrong.push('still behind')
    wrong.push(...run.differences())
    // Nothing was put back here and nobody has a copy: every row comes exactly once.
    if (faults.clone === 0)
      for (const { table, duplicates, epoch } of run.central.memory.cursors.values()) {
        if (table === 'readings' && duplicates > 0) wrong.push(`${duplicates} readings twice`)
        if (epoch > 1) wrong.push('taken for a clone')
      }
    run.close()
  }
  return wrong
}

const BAD_LINE: Faults = { ...NO_FAULTS, line: 0.3, crash: 30 }
const CLONE: Faults = { ...NO_FAULTS, line: 0.1, clone: 60 }

describe('what holds exactly-once together, in simulated lives', () => {
  it('nothing goes wrong with every safeguard in place, and nobody is taken for a clone', () => {
    expect(whatGoesWrong(BAD_LINE)).toEqual([])
    expect(whatGoesWrong(CLONE)).toEqual([])
  })

  it('without the compare-and-set of the cursor, rows come twice or not at all', () => {
    const wrong = whatGoesWrong(BAD_LINE, (central) => {
      central.compareAndSet = false
    })
    expect(wrong).not.toEqual([])
  })

  it('with the cursor outside of the transaction, rows are lost, and others come twice', () => {
    const wrong = whatGoesWrong(BAD_LINE, (central) => {
      central.cursorInTransaction = false
    }).join('; ')
    expect(wrong).toMatch(/missing: readings/)
    expect(wrong).toMatch(/readings twice/)
  })

  it('without the lease, two hubs with one card write over each other', () => {
    const wrong = whatGoesWrong(CLONE, (central) => {
      central.leaseChecked = false
    })
    expect(wrong).not.toEqual([])
  })
})

describe('keys that are never handed out again', () => {
  /** Measures, sends, purges the newest rows and measures again; returns which values central then has. */
  function purgeAndGoOn(plain: boolean): { values: number[]; reused: boolean } {
    const { db, device } = openTestHouse()
    device('pi-a1b2c3')
    if (plain) db.exec('DROP TRIGGER given_readings')
    const own = houseRows(db)
    const stream = { stream: 'readings', table: 'readings', epoch: 1, first: 0, upto: null, position: 0 }
    let at = { ...stream, chain: '811c9dc59747b28c', history: '' }
    const source = new UploadSource(db, TABLES, () => [])
    source.use(new Map([...LAYOUT].filter(([name]) => name === 'readings')))
    const central = new Map<string, number>()
    const send = () => {
      for (let batch = source.read(at, 10); batch; batch = source.read(at, 10)) {
        for (const { keys } of batch.stages)
          for (const key of keys)
            if (!central.has(key))
              central.set(key, Number(db.prepare('SELECT received_at FROM readings WHERE id = ?').pluck().get(key)))
        at = { ...batch.to, upto: null }
      }
    }
    own.measure(5)
    send()
    const known = new Set(central.keys())
    db.prepare('DELETE FROM readings WHERE id > 3').run()
    own.measure(2)
    const fresh = db.prepare('SELECT id, received_at AS at FROM readings WHERE id > 3').all() as {
      id: number
      at: number
    }[]
    const ids = db.prepare('SELECT CAST(id AS TEXT) FROM readings ORDER BY id DESC LIMIT 2').pluck().all() as string[]
    send()
    expect(fresh).toHaveLength(2)
    return {
      reused: ids.some((id) => known.has(id)),
      values: fresh.filter(({ at: time }) => [...central.values()].includes(time)).map(({ id }) => id),
    }
  }

  it('the readings of a house reach central after the newest ones were purged', () => {
    expect(purgeAndGoOn(false)).toEqual({ reused: false, values: [6, 7] })
  })

  it('with a plain rowid they would get the numbers of purged ones, and never arrive', () => {
    expect(purgeAndGoOn(true)).toEqual({ reused: true, values: [] })
  })
})

function permutations<T>(items: T[]): T[][] {
  if (items.length < 2) return [items]
  return items.flatMap((item, at) =>
    permutations([...items.slice(0, at), ...items.slice(at + 1)]).map((rest) => [item, ...rest]),
  )
}

/** Batches of one person's life, each read when it had just happened. */
function batchesOfALife(): UploadBatch[] {
  const { db } = openTestHouse()
  const own = houseRows(db)
  let at = {
    ...{ stream: 'changes', table: 'sync_changes', epoch: 1, first: 0, upto: null, position: 0 },
    chain: '811c9dc59747b28c',
    history: '',
  }
  const source = new UploadSource(db, TABLES, () => [])
  source.use(new Map([...LAYOUT].filter(([name]) => name === 'people')))
  const life = [
    () => own.person('p1', 'a child'),
    () => own.person('p1', 'grown up'),
    () => own.forget('p1'),
    () => own.person('p1', 'back again'),
  ]
  return life.map((step) => {
    step()
    const batch = source.read(at, 1_000)
    if (!batch) throw new Error('nothing was written into the change log')
    at = { ...batch.to, upto: null }
    return batch
  })
}

describe.each(VERSIONS)('versions of rows at PostgreSQL %s', (version) => {
  const central = useCentral(version)

  /** The ends of one life after all orders of its batches. */
  async function ends(batches: UploadBatch[], change: (sql: MergeSql) => MergeSql): Promise<Set<string>> {
    const admin = await central.migrated()
    const { url, site } = await addSite(admin, 'home')
    const db = new Postgres({ url, name: 'test', connectMs: 5_000, statementMs: 5_000 })
    await db.connect()
    const found = new Set<string>()
    try {
      for (const order of permutations(batches)) {
        for (const { stages } of order) {
          await db.begin()
          for (const stage of stages) {
            const sql = change(mergeSql(stage))
            await db.run(sql.create)
            await db.copy(sql.copy, stage.lines.join(''))
            await db.run(sql.merge, [site, 1])
          }
          await db.commit()
        }
        const state = await rows(admin, 'SELECT name, deleted_at IS NULL AS there, sync_seq FROM lares.people')
        found.add(JSON.stringify(state))
        await rows(admin, 'TRUNCATE lares.people')
      }
    } finally {
      db.close()
    }
    return found
  }

  it('every order of batches ends in the same rows', async () => {
    const found = await ends(batchesOfALife(), (sql) => sql)
    expect([...found].map((state) => JSON.parse(state))).toMatchObject([[{ name: 'back again', there: true }]])
  })

  it('without the version in the merge, the order decides how it ends', async () => {
    const unguarded = (sql: MergeSql) => ({ ...sql, merge: sql.merge.replace(/ WHERE \(t\.sync_epoch.*$/, '') })
    expect((await ends(batchesOfALife(), unguarded)).size).toBeGreaterThan(1)
  })
})

describe.each(VERSIONS)('one batch at PostgreSQL %s', (version) => {
  const central = useCentral(version)

  /** A line that sends other statements than those it is given. */
  function tampered(url: string, change: (sql: string, db: Postgres) => Promise<string> | string): Postgres {
    const db = new Postgres({ url, name: 'test', connectMs: 5_000, statementMs: 5_000 })
    const run = db.run.bind(db)
    db.run = async (sql, values) => run(await change(sql, db), values)
    return db
  }

  /** A house after its handshake, and its next batch of readings. */
  async function scene() {
    const admin = await central.migrated()
    const { url, site } = await addSite(admin, 'home')
    const house = houseWithCentral(url)
    house.house.device('pi-a1b2c3')
    houseRows(house.house.db).measure(1)
    house.pump.start()
    await house.settled()
    houseRows(house.house.db).measure(10)
    await house.kill()
    const { streams, identity } = house.pump.state
    const stream = streams.find((own) => own.stream === 'readings')
    const batch = stream && house.pump.source.read(stream, 100)
    if (!batch) throw new Error('nothing is to be sent')
    const lease: Lease = { site, token: identity.token ?? '', leases: identity.leases }
    const state = async () => {
      const [cursor] = await rows(
        admin,
        "SELECT position::integer, duplicates::integer, (SELECT count(*)::integer FROM lares.readings) AS stored FROM lares.sync_cursors WHERE stream = 'readings'",
      )
      return cursor
    }
    return { admin, url, batch, lease, state }
  }

  const asItIs = (sql: string) => sql
  const withoutComparing = (sql: string) =>
    sql.replace('position = $4 AND chain = $7', '$4::bigint IS NOT NULL AND $7::text IS NOT NULL')
  const committingFirst = async (sql: string, db: Postgres) => {
    if (!sql.startsWith('CREATE TEMP TABLE')) return sql
    await db.commit()
    await db.begin()
    return sql
  }

  it.each([
    ['is refused the second time', asItIs, { position: 11, duplicates: 0, stored: 11 }],
    ['comes twice without the compare-and-set', withoutComparing, { position: 11, duplicates: 10, stored: 11 }],
  ])('%s', async (_, change, end) => {
    const { url, batch, lease, state } = await scene()
    const db = tampered(url, change)
    await db.connect()
    try {
      await upload(db, lease, batch, NO_FAILPOINT)
      const again = upload(db, lease, batch, NO_FAILPOINT)
      if (change === asItIs) await expect(again).rejects.toThrow(/cursor of readings/)
      else await again
    } finally {
      db.close()
    }
    expect(await state()).toEqual(end)
  })

  it.each([
    ['leaves cursor and rows where they were when the line breaks', asItIs, { position: 1, duplicates: 0, stored: 1 }],
    ['loses rows with the cursor in another transaction', committingFirst, { position: 11, duplicates: 0, stored: 1 }],
  ])('%s', async (_, change, end) => {
    const { url, batch, lease, state } = await scene()
    const db = tampered(url, change)
    await db.connect()
    const broken = upload(db, lease, batch, (moment) => {
      if (moment === 'copied') db.close()
    })
    await expect(broken).rejects.toThrow()
    expect(await state()).toEqual(end)
  })

  it('is refused when another hub took the lease meanwhile', async () => {
    const { admin, url, batch, lease, state } = await scene()
    await rows(admin, 'UPDATE lares.sites SET lease = gen_random_uuid(), leases = leases + 1')
    const db = tampered(url, asItIs)
    await db.connect()
    await expect(upload(db, lease, batch, NO_FAILPOINT)).rejects.toThrow(LeaseLost)
    db.close()
    expect(await state()).toEqual({ position: 1, duplicates: 0, stored: 1 })
  })
})
