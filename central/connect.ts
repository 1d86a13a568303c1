import { Client, DatabaseError, type QueryResult, type QueryResultRow } from 'pg'
import { asError, LaresError } from '../shared/errors.ts'
import { shellWord } from '../shared/shell-word.ts'
import { tlsTrouble } from '../shared/tls-trouble.ts'
import { readCentralAddress } from './central-address.ts'

/** What a part needs of a connection. */
export interface Queryable {
  query<R extends QueryResultRow = QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<R>>
}

const CONNECT_WITHIN_MS = 15_000

/** The oldest PostgreSQL that is tested, as `server_version_num` says it. */
const OLDEST_SERVER = 150_000

/**
 * Opens a connection to central, hands it to `work` and closes it.
 *
 * Throws `unreachable`, `forbidden` or `not_found` when there is no way in, each naming server and user but never the password,
 * and `bad_config` for an address that is none or a server that is too old.
 */
export async function withCentral<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: readCentralAddress(url).text,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    application_name: 'lares central',
  })
  // A connection that breaks rejects the query it was busy with; the event alone must not end the program.
  client.on('error', () => {})
  const place = `${client.user ?? ''}@${client.host}:${client.port}/${client.database ?? ''}`
  try {
    await client.connect()
  } catch (cause) {
    await client.end().catch(() => {})
    throw unreachable(client, place, cause)
  }
  try {
    await checkServer(client)
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}

/** Runs `work` in one transaction as lares_owner, which owns everything in the schema. */
export function asOwner<T>(client: Queryable, work: () => Promise<T>): Promise<T> {
  return inTransaction(client, async () => {
    await client.query('SET LOCAL ROLE lares_owner')
    return work()
  })
}

/** Runs `work` in one transaction, which an error rolls back. */
export async function inTransaction<T>(client: Queryable, work: () => Promise<T>): Promise<T> {
  // Dates are read as ISO 8601, whatever server, database or role say.
  await client.query("BEGIN; SET LOCAL datestyle = 'ISO'")
  try {
    const value = await work()
    await client.query('COMMIT')
    return value
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw asLaresError(error)
  }
}

/** An error of Postgres that a person can do something about, in words; any other thing as it is. */
export function asLaresError(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error
  const said = { cause: error }
  switch (error.code) {
    case '42501': // insufficient_privilege
      return new LaresError('forbidden', `central refuses: ${error.message}`, {
        ...said,
        hint: 'Use the role that ran `lares central migrate`: a superuser, or one with CREATEROLE that may create in this database.',
      })
    case '3F000': // invalid_schema_name
    case '42P01': // undefined_table
    case '42883': // undefined_function
    case '22023': // invalid_parameter_value: SET ROLE of a role that is not there
      return new LaresError('not_found', `this database is not prepared: ${error.message}`, {
        ...said,
        hint: 'Run: lares central migrate.',
      })
    case 'P0002': // no_data_found, which our own functions raise
      return new LaresError('not_found', error.message, {
        ...said,
        hint: /scope/.test(error.message)
          ? 'See lares central scopes. A scope is made when it is granted: lares central grant-scope SCOPE SITE.'
          : 'See lares central list-sites.',
      })
    case 'LR001': // bad parameters, of our own functions
      return new LaresError('bad_params', error.message, {
        ...said,
        hint: 'Give what is named here, and run the command again.',
      })
    default:
      return error
  }
}

async function checkServer(client: Client): Promise<void> {
  const { rows } = await client.query<{ number: number; version: string; encoding: string }>(
    "SELECT current_setting('server_version_num')::integer AS number, current_setting('server_version') AS version, current_setting('server_encoding') AS encoding",
  )
  const server = rows[0]
  if (server === undefined) throw new LaresError('internal', 'central did not say its version')
  if (server.number < OLDEST_SERVER)
    throw new LaresError('bad_config', `central runs PostgreSQL ${server.version}`, {
      hint: 'PostgreSQL 15 or newer is needed.',
    })
  if (server.encoding !== 'UTF8')
    throw new LaresError('bad_config', `the database is encoded in ${server.encoding}`, {
      hint: "Create it anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
    })
}

function unreachable(client: Client, place: string, cause: unknown): LaresError {
  const trouble = tlsTrouble(cause)
  if (trouble)
    return new LaresError('unreachable', `no TLS with central at ${place}: ${trouble.cause}`, {
      cause,
      hint: trouble.remedy,
    })
  const code = cause instanceof DatabaseError ? cause.code : undefined
  if (code === '28P01' || code === '28000')
    return new LaresError('forbidden', `central does not let ${place} in`, {
      cause,
      hint: 'Check user and password in LARES_CENTRAL, and pg_hba.conf of the server.',
    })
  if (code === '3D000')
    return new LaresError('not_found', `central has no such database: ${place}`, {
      cause,
      hint: `Check the name in LARES_CENTRAL, or create it: createdb --host=${client.host} --port=${client.port} --username=${shellWord(client.user ?? '')} --encoding=UTF8 --template=template0 ${shellWord(client.database ?? '')}.`,
    })
  if (/^(?:ENOTFOUND|EAI_AGAIN)$/.test((cause as NodeJS.ErrnoException).code ?? ''))
    return new LaresError('unreachable', `the name ${client.host} of central's server is not known here`, {
      cause,
      hint: 'Check its spelling in LARES_CENTRAL, and whether this machine has a network.',
    })
  return new LaresError('unreachable', `central does not answer at ${place}: ${asError(cause).message}`, {
    cause,
    hint: 'Is PostgreSQL running there, and its port reachable?',
  })
}
