import type { z } from 'zod'
import type { Right } from '../../shared/rights.ts'
import type { Database } from '../../shared/sqlite/open.ts'
import type { Keyring } from '../secrets/keyring.ts'
import type { Asker } from './answer-later.ts'
import type { AuthorizedCaller, Caller } from './caller.ts'
import type { Context } from './context.ts'

export interface CallContext extends Context {
  caller: AuthorizedCaller
  /** What `prepare` made on the front. */
  prepared: unknown
  /** Who is answered, for a command that is answered later. */
  asker: Asker
  /** On the monotonic clock, when whoever asked gives up; `null`: nobody said so. */
  deadline: number | null
}

export interface QueryContext {
  db: Database
  caller: AuthorizedCaller
  now: number
}

/** What `prepare` may use: it runs on the front, may wait, and must not touch the database. */
export interface PrepareContext {
  caller: Caller
  now: number
  clockSynced: boolean | null
  /** Where the hub can be reached, looked up when it is asked for, and its key's fingerprint: for invitations. */
  hub: {
    reach(): { addresses: string[]; warnings: string[] }
    pin: string
    /** Where programs without TLS reach it: `host:port`, the likeliest. */
    plain(): { server: string; warnings: string[] }
    /** Where browsers reach its page, `https://host:port`, the likeliest first; SHA-256 of the authority that they are to trust. */
    page(): { origins: string[]; warnings: string[]; fingerprint: string | null }
  }
  /** Compares this hub with central. Rejects with `not_found` where none is configured. */
  verifyCentral(question: { table?: string; days: number; now: number }): Promise<unknown>
  /** Areas of commands, for rights that name one. */
  areas(): string[]
  /** Ids of the tokens that somebody is connected with. */
  tokensInUse(): string[]
  /** Ids of the bridges that are connected. */
  bridgesInUse(): string[]
  /** The keys of what is sealed: what is to be kept sealed is sealed here, so that the engine never gets it plain. */
  keyring: Keyring
  /** Makes a key that takes the place of all before it; returns its id. Throws what the system refuses. */
  makeKey(): string
  /** Resolves when whoever asks has typed their own password again, or opens the socket of the machine, who has none. Rejects with a `LaresError`. */
  passwordAgain(password: string | undefined): Promise<void>
  /** What a feature has beside the broker: how that is, and what takes what the engine must not get; see `FrontPart`. */
  beside(feature: string): { state(): unknown; keep(secret: string | null): string }
  /** Counters of the front, for the status. */
  front(): Record<string, unknown>
  /** What the data folder takes of its disk, looked up when it is asked for. */
  storage(): Promise<Record<string, number | null>>
  /** What the kernel knows of the device that the data folder lies on. */
  card(): Promise<object>
}

/** A call that works in a house with a device `kitchen-pi` and a person `anna@example.com`; the tests call every one. */
export interface Example<P = Record<string, unknown>> {
  /** What it does, without a full stop. */
  says: string
  params: P
}

/**
 * One verb of the admin door. Topic, rights, command line, help, completion, `admin/describe` and the documents are
 * derived from it: after a change run `scripts/docs`.
 * Exactly one of `run` and `query` is there: `run` in the engine's transaction, `query` on the reader's connection.
 */
export interface AdminCommand<P = unknown> {
  area: string
  verb: string
  /** The right that the caller must have in the house that it concerns; `null`: none. See `authorize`. */
  needs: Right | null
  /** Whether a person must ask: the local socket, integrations and programs are refused. */
  needsPerson?: true
  summary: string
  params: z.ZodType<P>
  /**
   * The answer, checked by tests and not at run time. Objects are strict, their fields in the order of their importance to
   * a person: a narrow terminal leaves out the last ones. Times, spans and sizes are fields of `shared/admin/fields.ts`.
   */
  result: z.ZodType
  /** At least one. */
  examples: readonly Example[]
  /** Whether it changes anything: then its answer is remembered, and a repeated request is not run again. */
  changes: boolean
  /** Names of params that the command line takes by position. */
  positional?: readonly string[]
  /** Answers that hold a secret are given once and not remembered. */
  secretAnswer?: boolean
  /**
   * Params that are left out of what is remembered of a request, and never taken from a command line. `prepare` makes of them
   * what may be stored; `run` gets asterisks in the place of a text, as many as it had characters, and an empty list in that of a list.
   */
  secretParams?: readonly string[]
  /**
   * For commands that may take something away for good: what this call would take, in a sentence with its numbers, or
   * `null` when it takes nothing. Asked of the reader before anything is prepared, and again in the transaction that runs the
   * command; a request without `confirm: true` is answered with `confirm_needed` and this sentence.
   */
  danger?(context: QueryContext, params: P): string | null
  prepare?(params: P, context: PrepareContext): Promise<unknown>
  /** Returns its answer, or `Pending`. */
  run?(context: CallContext, params: P): unknown
  query?(context: QueryContext, params: P): unknown
}

type Definition<S extends z.ZodType> = Omit<AdminCommand<z.infer<S>>, 'params' | 'examples'> & {
  params: S
  examples: readonly [Example<z.input<S>>, ...Example<z.input<S>>[]]
}

/** Declares a command with its params inferred from the schema, and forgets their type so that all fit one list. */
export function adminCommand<S extends z.ZodType>(definition: Definition<S>): AdminCommand {
  return definition as unknown as AdminCommand
}
