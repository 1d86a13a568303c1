import { existsSync } from 'node:fs'
import { Client, type QueryResultRow } from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { withCentral } from '../../central/connect.ts'
import { migrateCentral } from '../../central/migrate-central.ts'
import { Postgres, type PostgresVersion } from '../../scripts/lib/postgres.ts'

/** The oldest that Lares supports and the newest there is. */
export const VERSIONS: PostgresVersion[] = ['15', '18']

/** Nothing of a test must survive a power cut, so it may lie in memory. */
const UNDER = existsSync('/dev/shm') ? { under: '/dev/shm' } : {}
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

/** One server for the tests of a describe block. */
export function useCentral(version: PostgresVersion, options: CentralOptions = {}): CentralServer {
  const server = new Postgres({ version, settings: options.settings ?? FAST, ...UNDER })
  let template = ''
  let untouched = ''
  beforeAll(async () => {
    await server.start()
    if (options.template === false) return
    template = await server.freshDatabase()
    await withCentral(server.url(template), (client) => migrateCentral(client))
    untouched = await server.freshDatabase(template)
  }, 60_000)
  afterAll(() => server.stop())
  return {
    server,
    untouched: () => server.url(untouched),
    migrated: async () => server.url(await server.freshDatabase(template)),
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
