import { afterEach, describe, expect, it } from 'vitest'
import { RESTORED_COPY } from '../../../../hub/store/backup.ts'
import type { Moment } from '../../../../hub/sync/failpoint.ts'
import type { Postgres } from '../../../../scripts/lib/postgres.ts'
import { SURVIVES_KILL, useCentral, VERSIONS } from '../../../central/postgres-servers.ts'
import { addSite, type HouseWithCentral, houseWithCentral, rows } from '../house-with-central.ts'
import { differences } from './central-comparison.ts'
import { type CentralLine, lineTo } from './central-line.ts'
import { type HouseRows, houseRows } from './sync-house.ts'

/** Rows that wait until a stream is split, here. */
const SPLIT_ROWS = 2_000

/** What is under way when it happens: how the house gets there, and by which name its transaction goes. */
interface Work {
  work: string
  moments: Moment[]
  /** The last one before COMMIT. */
  last: Moment
  /** Before the pump that is to be hurt starts; the house is settled then, unless this is its first handshake. */
  prepare(house: HouseWithCentral, own: HouseRows): void
  /** The house has talked to central before. */
  known: boolean
  epoch: number
}

const BATCH: Moment[] = ['begun', 'moved', 'copied', 'merged', 'counted', 'committed']
const HANDSHAKE: Moment[] = ['begun', 'leased', 'opened', 'committed']

const WORKS: [name: string, work: Work][] = [
  [
    'a batch of readings',
    {
      work: 'readings',
      moments: BATCH,
      last: 'counted',
      prepare: (_, own) => own.measure(300),
      known: true,
      epoch: 1,
    },
  ],
  [
    'a batch of changes with a deletion',
    {
      work: 'changes',
      moments: BATCH,
      last: 'counted',
      prepare(_, own) {
        own.person('p1', 'another name')
        own.forget('p2')
        for (let id = 3; id < 60; id++) own.person(`p${id}`, `tab\tand \\ ${id}`)
        own.forget('p9')
      },
      known: true,
      epoch: 1,
    },
  ],
  [
    'a split',
    {
      work: 'split',
      moments: ['begun', 'moved', 'opened', 'committed'],
      last: 'opened',
      prepare: (_, own) => own.measure(SPLIT_ROWS + 100),
      known: true,
      epoch: 1,
    },
  ],
  [
    'a prune',
    {
      work: 'prune',
      moments: ['begun', 'pruned', 'committed'],
      last: 'pruned',
      // As a copy from before p2 came: central has the person, and this hub does not know of it.
      prepare({ house: { db } }, own) {
        own.forget('p2')
        db.prepare("DELETE FROM sync_changes WHERE row_key = 'p2'").run()
        db.prepare("INSERT INTO hub_settings (key, value) VALUES (?, 'true')").run(RESTORED_COPY)
      },
      known: true,
      epoch: 2,
    },
  ],
  [
    'the first handshake',
    { work: 'handshake', moments: HANDSHAKE, last: 'opened', prepare() {}, known: false, epoch: 1 },
  ],
  [
    'a later handshake',
    {
      work: 'handshake',
      moments: HANDSHAKE,
      last: 'opened',
      prepare: (_, own) => own.measure(10),
      known: true,
      epoch: 1,
    },
  ],
]

const running: { house: HouseWithCentral; line: CentralLine }[] = []
afterEach(async () => {
  for (const { house, line } of running.splice(0)) {
    await house.kill()
    await line.close()
  }
})

/** What is at hand when it happens. */
interface Scene {
  house: HouseWithCentral
  line: CentralLine
  server: Postgres
  /** The superuser's address, and the role of the hub. */
  admin: string
  role: string
}

interface Fault {
  /** Within the transaction, at the moment; the hub goes on when it returns. */
  there(scene: Scene): Promise<void> | void
  /** Beside the hub, while it goes on. */
  meanwhile?(scene: Scene): Promise<void>
}

async function newProcess({ house, line }: Scene): Promise<void> {
  await house.kill()
  line.cut()
  house.house.restart()
  house.restart({ limits: { splitRows: SPLIT_ROWS } })
}

const AT_ANY_MOMENT: [name: string, fault: Fault][] = [
  [
    'the hub dies',
    {
      there({ house }) {
        void house.kill()
        throw new Error('a process that is gone does nothing more')
      },
      meanwhile: newProcess,
    },
  ],
  [
    'the server is killed',
    {
      async there({ server }) {
        await server.kill()
        await server.start()
      },
    },
  ],
  [
    'the connection is cut',
    {
      async there({ admin, role }) {
        await rows(admin, 'SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = $1', [role])
      },
    },
  ],
]

/** The reply to what comes next is lost, and central has done it. */
function losing(then: (scene: Scene) => Promise<void> | void): Fault {
  let lost: Promise<void>
  return {
    there({ line }) {
      lost = line.loseReply()
    },
    async meanwhile(scene) {
      await lost
      await then(scene)
    },
  }
}

/** A part of what comes next arrives. */
function stuckWithin(bytes: number, then: (scene: Scene) => Promise<void> | void): Fault {
  let stuck: Promise<void>
  return {
    there({ line }) {
      stuck = line.loseAfter(bytes)
    },
    async meanwhile(scene) {
      await stuck
      await then(scene)
    },
  }
}

const BEFORE_COMMIT: [name: string, fault: () => Fault][] = [
  ['the reply to COMMIT is lost, and the hub dies', () => losing(newProcess)],
  ['the reply to COMMIT is lost with the connection', () => losing(({ line }) => line.cut())],
]
const COPY_BYTES = 2_000
const WITHIN_COPY: [name: string, fault: () => Fault][] = [
  ['the hub dies within COPY', () => stuckWithin(COPY_BYTES, newProcess)],
  ['the connection is cut within COPY', () => stuckWithin(COPY_BYTES, ({ line }) => line.cut())],
  [
    'the server is killed within COPY',
    () =>
      stuckWithin(COPY_BYTES, async ({ server, line }) => {
        await server.kill()
        await server.start()
        line.cut()
      }),
  ],
]

const MATRIX = WORKS.flatMap(([name, work]) => [
  ...AT_ANY_MOMENT.flatMap(([what, fault]) =>
    work.moments.map((moment) => ({ name: `${what} in ${name}, ${moment}`, work, moment, fault: () => fault })),
  ),
  ...BEFORE_COMMIT.map(([what, fault]) => ({ name: `${what}, in ${name}`, work, moment: work.last, fault })),
  ...(work.moments.includes('copied')
    ? WITHIN_COPY.map(([what, fault]) => ({ name: `${what}, in ${name}`, work, moment: 'moved' as const, fault }))
    : []),
])

describe.each(VERSIONS)('every row is once at PostgreSQL %s, and the house is no clone, when', (version) => {
  const central = useCentral(version, { settings: SURVIVES_KILL })
  let admin = ''

  it.each(MATRIX)('$name', async ({ work: { work, prepare, known, epoch }, moment, fault }) => {
    if (admin === '') admin = await central.migrated()
    const { url, site, role } = await addSite(admin, `home-${Math.random()}`)
    const line = await lineTo(url)
    const house = houseWithCentral(line.url, { limits: { splitRows: SPLIT_ROWS } })
    running.push({ house, line })
    const scene: Scene = { house, line, server: central.server, admin, role }
    const own = houseRows(house.house.db)
    house.house.device('pi-a1b2c3')
    own.measure(20)
    own.person('p1', 'one')
    own.person('p2', 'two')
    if (known) {
      house.restart()
      await house.settled()
      await house.kill()
    }
    prepare(house, own)
    const { there, meanwhile } = fault()
    await new Promise<void>((resolve) => {
      let reached = false
      house.restart({
        async failpoint(at, of) {
          if (reached || at !== moment || of !== work) return
          reached = true
          try {
            await there(scene)
          } finally {
            resolve()
          }
        },
      })
    })
    await meanwhile?.(scene)
    own.measure(5)
    own.person('p1', 'the last name')
    await house.settled()
    expect(await differences(house.house.db, admin, { site })).toEqual([])
    expect(house.status().epoch).toBe(epoch)
    expect(own.events('sync_joined')).toBe(1)
    expect(own.events('sync_epoch')).toBe(epoch - 1)
    expect(own.events('central_restored')).toBe(0)
  })
})
