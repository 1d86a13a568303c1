import type { z } from 'zod'
import type { Database } from '../../shared/sqlite/open.ts'
import type { Caller } from './caller.ts'
import type { Context } from './context.ts'

export interface CallContext extends Context {
  caller: Caller
  /** What `prepare` made on the front. */
  prepared: unknown
}

export interface QueryContext {
  db: Database
  caller: Caller
  now: number
}

/** What `prepare` may use: it runs on the front, may wait, and must not touch the database. */
export interface PrepareContext {
  caller: Caller
  now: number
  clockSynced: boolean | null
  /** Where the hub can be reached and its key's fingerprint, for invitations. */
  hub: { addresses: string[]; pin: string }
  /** Compares this hub with central. Rejects with `not_found` where none is configured. */
  verifyCentral(question: { table?: string; days: number; now: number }): Promise<unknown>
  /** Counters of the front, for the status. */
  front(): Record<string, unknown>
}

/**
 * One verb of the admin door. Topic, role check, help and command line are derived from it.
 * Exactly one of `run` and `query` is there: `run` in the engine's transaction, `query` on the reader's connection.
 */
export interface Command<P = unknown> {
  area: string
  verb: string
  /** The least role that may call it. */
  role: 'admin' | 'user'
  summary: string
  params: z.ZodType<P>
  /** Whether it changes anything: then its answer is remembered, and a repeated request is not run again. */
  changes: boolean
  /** Names of params that the command line takes by position. */
  positional?: readonly string[]
  /** Answers that hold a secret are given once and not remembered. */
  secretAnswer?: boolean
  /** Params that are left out of what is remembered of a request. */
  secretParams?: readonly string[]
  prepare?(params: P, context: PrepareContext): Promise<unknown>
  run?(context: CallContext, params: P): unknown
  query?(context: QueryContext, params: P): unknown
}

/** Declares a command with its params inferred from the schema, and forgets their type so that all fit one list. */
export function command<S extends z.ZodType>(definition: Omit<Command<z.infer<S>>, 'params'> & { params: S }): Command {
  return definition as unknown as Command
}
