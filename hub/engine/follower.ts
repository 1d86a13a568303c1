import type { Context } from './context.ts'

/** A row as a follower's `select` gives it: always with its key. */
export interface FollowedRow {
  id: number
  [column: string]: unknown
}

/** What every follower says of itself. */
interface Following {
  /** In lower case, as it is shown to people and in metrics. Its position is kept under this name: another name begins anew. */
  name: string
  /** An append table: its key is an AUTOINCREMENT `id`, so the keys are the order in which the house stored its rows. */
  table: string
  /** The column of the table with the time of storing. */
  storedAt: string
  /**
   * The rows as they are wanted, by a statement with `:after` and `:upto` that gives those with `:after < id AND id <= :upto`,
   * with their `id`, in its order. What it leaves out is passed over. Default: every row with all of its columns.
   */
  select?: string
  /** Where it begins when it is first wanted: behind what is stored by then, or before all of it. */
  start: 'now' | 'beginning'
  /** Rows of one batch at most. */
  rows: number
  /** Whether it is wanted, from the sections of `hub.toml`. One that is not holds nothing back. Default: always. */
  wanted?(settings: Readonly<Record<string, unknown>>): boolean
}

/** How long rows wait for a follower beyond their own time; what is over that is lost as a gap that is counted and named. */
export interface Hold {
  days: number
  rows: number
}

/** Works inside the engine: what it writes and its position are one transaction, so that every row has its effect once. */
export interface InsideFollower extends Following {
  kind: 'inside'
  hold?: Partial<Hold>
  /** What it throws undoes the batch: it gets it again in smaller parts, and in the end passes over the row that it cannot take. */
  apply(context: Context, rows: FollowedRow[]): void
}

/** Hands rows to something outside of the engine. Its position moves once that has acknowledged them: rows may come again. */
export interface OutsideFollower extends Following {
  kind: 'outside'
  hold?: Partial<Hold>
  /** How long the first row of a batch waits for others. 0: it goes at once. */
  gatherMs: number
  /** A delivery that takes longer is ended and has failed; what it says later is not heard. */
  deadlineMs: number
  /** Between two tries, doubling, with jitter after the cap. */
  backoff: { firstMs: number; capMs: number }
}

/** Shows rows to whoever looks. Nothing of it lasts: who looks too seldom sees that rows are missing, and how many. */
export interface FleetingFollower extends Following {
  kind: 'fleeting'
  start: 'now'
  /** Rows that are kept for those who look. */
  ring: number
}

export type Follower = InsideFollower | OutsideFollower | FleetingFollower
export type DurableFollower = InsideFollower | OutsideFollower

/** By their names. */
export type FollowerKinds = ReadonlyMap<string, Follower>

/** The followers by their names. Throws for one that is declared wrongly: it is a fault of ours. */
export function followersByName(followers: readonly Follower[]): FollowerKinds {
  const byName = new Map<string, Follower>()
  for (const follower of followers) {
    const wrong = byName.has(follower.name) ? 'its name is taken' : wrongIn(follower)
    if (wrong !== null) throw new Error(`the follower "${follower.name}": ${wrong}`)
    byName.set(follower.name, follower)
  }
  return byName
}

const NAME = /^[a-z][a-z0-9_]{0,39}$/

function wrongIn(follower: Follower): string | null {
  if (!NAME.test(follower.name)) return 'a name is at most 40 of a-z, 0-9 and _'
  if (![follower.table, follower.storedAt].every((word) => NAME.test(word))) return 'its table has no such name'
  if (follower.rows < 1) return 'a batch has at least one row'
  if (follower.kind === 'outside' && follower.deadlineMs <= 0) return 'nothing of it could ever arrive'
  return null
}
