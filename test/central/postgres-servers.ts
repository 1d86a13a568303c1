import { randomBytes } from 'node:crypto'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, type QueryResultRow } from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { withCentral } from '../../central/connect.ts'
import { migrateCentral } from '../../central/migrate-central.ts'
import { Postgres, type PostgresVersion } from '../../scripts/lib/postgres.ts'
import { memoryFolder } from '../memory-folder.ts'

/** The oldest that Lares supports and the newest there is. */
export const VERSIONS: PostgresVersion[] = ['15', '18']

/** Nothing of a test must survive a power cut, so it may lie in memory. */
const UNDER = memoryFolder() ?? tmpdir()
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '128MB' }

export interface CentralServer {
  readonly server: Postgres
  /** The superuser's address of a database with central's schema that no test changes. */
  untouched(): string
  /** Makes another one, to be changed. */
  migrated(): Promise<string>
}

/** For servers that are killed: what was committed must be there afterwards, as long as the machine itself goes on. */
export const SURVIVES_KILL = { fsync: 'off', synchronous_commit: 'on', shared_buffers: '128MB' }

export interface CentralOptions {
  /** Default true. Without one the server has no roles of Lares yet. */
  template?: boolean
  settings?: Record<string, string>
}

/** Databases with central's schema on every server that has the roles of Lares. */
const [TEMPLATE, UNTOUCHED] = ['lares_template', 'lares_untouched']

/** One server for the tests of a describe block. */
export function useCentral(version: PostgresVersion, options: CentralOptions = {}): CentralServer {
  const { template = true, settings = FAST } = options
  // Nothing is there before tests of this block run.
  const server = new Postgres({ version, settings, under: UNDER, copyOf: stoppedServer(version, template) })
  beforeAll(async () => {
    await makeStopped(version, template)
    await server.start()
  }, 60_000)
  afterAll(() => server.stop('immediate'))
  return {
    server,
    untouched: () => server.url(UNTOUCHED),
    migrated: async () => server.url(await server.freshDatabase(TEMPLATE)),
  }
}

/** The folder of a stopped server that all of a run are copies of: to make one takes longer than most tests. */
const stoppedServer = (version: PostgresVersion, template: boolean) =>
  join(tmpdir(), `postgres-${version}-${template ? 'central' : 'empty'}`)

async function makeStopped(version: PostgresVersion, template: boolean): Promise<void> {
  const folder = stoppedServer(version, template)
  if (existsSync(folder)) return
  const made = `${folder}-${randomBytes(6).toString('hex')}`
  const server = new Postgres({ version, settings: FAST, folder: made })
  await server.start()
  if (template) {
    await server.freshDatabase('template1', TEMPLATE)
    await withCentral(server.url(TEMPLATE), (client) => migrateCentral(client))
    await server.freshDatabase(TEMPLATE, UNTOUCHED)
  }
  await server.stop()
  try {
    renameSync(made, folder)
  } catch {
    // Another test file was first: its server is as good.
    rmSync(made, { recursive: true })
  }
}

/** Runs one statement on a connection of its own. */
export async function query<R extends QueryResultRow>(url: string, text: string, values: unknown[] = []): Promise<R[]> {
  return connected(url, async (client) => (await client.query<R>(text, values)).rows)
}

export async function connected<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
