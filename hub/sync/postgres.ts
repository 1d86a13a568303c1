import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { asError } from '../../shared/errors.ts'
import { tlsTrouble } from '../../shared/tls-trouble.ts'

/** A statement that central answered with an error, and its SQLSTATE. */
export interface SqlError extends Error {
  code: string
}

export type Row = Record<string, unknown>

export interface PostgresOptions {
  url: string
  /** What central's administrator sees of this connection. */
  name: string
  connectMs: number
  statementMs: number
}

/**
 * One connection to central. Everything that is set is set for one transaction, and no statement is prepared by name, so
 * that a pooler in transaction mode may stand between.
 */
export class Postgres {
  #client: pg.Client
  #statementMs: number
  #broken: Error | null = null
  #givenUp = Promise.withResolvers<never>()

  constructor({ url, name, connectMs, statementMs }: PostgresOptions) {
    this.#statementMs = statementMs
    this.#givenUp.promise.catch(() => {})
    this.#client = new pg.Client({
      connectionString: url,
      application_name: name,
      connectionTimeoutMillis: connectMs,
      keepAlive: true,
    })
    // A connection that ends by itself says so here, and to whoever waits for an answer.
    this.#client.on('error', (error) => {
      this.#broken = error
    })
  }

  get broken(): Error | null {
    return this.#broken
  }

  /** The client says nothing when it is closed before it was connected, hence the race. */
  async connect(): Promise<void> {
    await Promise.race([this.#client.connect(), this.#givenUp.promise])
  }

  async rows(sql: string, values: unknown[] = []): Promise<Row[]> {
    const { rows } = await this.#client.query(sql, values)
    return rows as Row[]
  }

  /** How many rows the statement touched. */
  async run(sql: string, values: unknown[] = []): Promise<number> {
    const { rowCount } = await this.#client.query(sql, values)
    return rowCount ?? 0
  }

  /** `mode` as BEGIN takes it. No statement of the transaction may take longer than `statementMs`. */
  async begin(mode = ''): Promise<void> {
    await this.#client.query(
      `BEGIN ${mode}; SET LOCAL statement_timeout = ${this.#statementMs}; SET LOCAL idle_in_transaction_session_timeout = ${this.#statementMs}; ` +
        "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'",
    )
  }

  async commit(): Promise<void> {
    const { command } = await this.#client.query('COMMIT')
    // A transaction that failed answers COMMIT with ROLLBACK, and without an error.
    if (command !== 'COMMIT') throw new Error(`the transaction ended with ${command}`)
  }

  async rollback(): Promise<void> {
    await this.#client.query('ROLLBACK')
  }

  async copy(sql: string, text: string): Promise<void> {
    const stream = this.#client.query(copyFrom(sql))
    await pipeline(Readable.from([Buffer.from(text)]), stream)
  }

  /** Ends the connection at once, whatever it waits for. */
  close(): void {
    const { connection } = this.#client as unknown as { connection: { stream: { destroy(): void } } }
    connection.stream.destroy()
    this.#client.end().catch(() => {})
    this.#givenUp.reject(new Error('the connection to central was given up'))
  }
}

export function sqlState(error: unknown): string | null {
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null
}

/**
 * The row is at fault and not the connection: a value out of range (class 22), a rule that is broken (23), more than Postgres can
 * keep or parse, such as JSON nested without end (54).
 */
export function isDataError(error: unknown): boolean {
  const state = sqlState(error)
  return state !== null && /^(22|23|54)/.test(state)
}

/** What went wrong, for a person who looks at `sync/status`. */
export function inPlainWords(error: unknown): string {
  const { message } = asError(error)
  const trouble = tlsTrouble(error)
  if (trouble) return `no TLS with central: ${trouble.cause}. ${trouble.remedy}`
  const code = sqlState(error) ?? String((error as { code?: unknown }).code ?? '')
  switch (code) {
    case 'ECONNREFUSED':
      return `central does not listen: ${message}`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `central's name cannot be looked up: ${message}`
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `central cannot be reached: ${message}`
    case '28P01':
    case '28000':
      return `central does not accept this site's role or password: ${message}`
    case '3D000':
      return `central has no such database: ${message}`
    case '42501':
      return `central denies this site's role a right it needs: ${message}`
    case '42P01':
    case '3F000':
      return `central's schema is not there or too old; run lares central migrate: ${message}`
    case '53100':
      return `central's disk is full: ${message}`
    case '57014':
      return `central gave up a statement that took too long: ${message}`
    case '57P01':
    case '57P02':
    case '57P03':
      return `central's server stops or starts: ${message}`
    default:
      return message || 'the connection to central was lost'
  }
}
