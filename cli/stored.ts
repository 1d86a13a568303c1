import { LaresError } from '../shared/errors.ts'
import type { AdminClient } from './admin-client.ts'
import type { Heard } from './heard.ts'

/** Of what one look finds, so many are shown, the newest: nobody reads what rushes by. */
export const MOST_SHOWN = 1_000

export interface Found {
  /** In the order in which it was stored. */
  found: Heard[]
  /** How many came before these and are not shown. */
  left: number
  /** What shows those. */
  rest?: { area: string; verb: string; params: Record<string, unknown> }
  /** Ids of devices with their names. */
  names: (readonly [id: string, name: string])[]
}

/**
 * What the hub stores of one kind, from some moment on. It remembers where it has come to, and goes on only when all of a
 * look was read: what is asked for again after a failure is neither missed nor doubled.
 */
export interface Stored {
  /** Begins behind what is there. Returns what is to be shown of it. */
  begin(client: AdminClient): Promise<Found>
  /** What came since. */
  look(client: AdminClient): Promise<Found>
}

/** Asks for fewer rows where so many are too much for one answer. */
export async function askForFewer<T>(limit: number, ask: (limit: number) => Promise<T>): Promise<T> {
  try {
    return await ask(limit)
  } catch (error) {
    if (limit === 1 || !(error instanceof LaresError) || error.code !== 'query_too_long') throw error
    return await askForFewer(Math.ceil(limit / 4), ask)
  }
}
