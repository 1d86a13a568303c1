import type { CallContext } from './admin-command.ts'
import type { AuthorizedCaller } from './caller.ts'
import type { Context } from './context.ts'

export interface RunCall {
  area: string
  verb: string
  /** Id of the request. */
  request: string
  prepared?: unknown
  deadline?: number | null
}

/** What a command runs with, for whoever asks. */
export function callContext(
  context: Context,
  caller: AuthorizedCaller,
  { area, verb, request, prepared, deadline }: RunCall,
): CallContext {
  const { db, topics, random, version, tables, jobKinds, typeOf, keyring, settings, now, clockSynced, mono } = context
  return {
    db,
    topics,
    random,
    version,
    tables,
    jobKinds,
    typeOf,
    keyring,
    settings,
    now,
    clockSynced,
    mono,
    caller,
    prepared,
    asker: { principal: caller.principal, client: caller.client, area, verb, request },
    deadline: deadline ?? null,
    id: () => context.id(),
    effect: (effect) => context.effect(effect),
    committed: (run) => context.committed(run),
    // What a command notes says who asked for it, whether or not the command thought of it.
    addEvent: (event) => context.addEvent({ ...event, caller }),
    attempt: (run) => context.attempt(run),
    get basis() {
      return context.basis
    },
    settle: () => context.settle(),
    cause: (cause) => context.cause(cause),
    changed: () => context.changed(),
  }
}
