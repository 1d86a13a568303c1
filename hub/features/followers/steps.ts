import type { Database } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { InputAnswer } from '../../engine/feature.ts'
import type { FollowerKinds } from '../../engine/follower.ts'
import type { FollowedPage, FollowerStep, WorkDone } from '../../engine/follower-step.ts'
import { newestKey } from '../../store/append-keys.ts'
import { PageReader } from './followed-page.ts'
import { checkFollowed } from './followed-table.ts'
import { type FollowerRow, followerRow, moveOn } from './follower-row.ts'
import { addGap } from './gaps.ts'
import { noteTrouble, tellTrouble } from './getting-on.ts'

type OwnStep = Exclude<FollowerStep, { step: 'found' }>

/** What followers have done to their positions. A position is moved only by who says where it was. */
export class FollowerSteps {
  #db: Database
  #followers: FollowerKinds
  #readers: ReadonlyMap<string, PageReader>

  /** Throws for a follower of something that cannot be followed: it is a fault of ours. */
  constructor(db: Database, followers: FollowerKinds) {
    this.#db = db
    this.#followers = followers
    for (const follower of followers.values()) checkFollowed(db, follower)
    this.#readers = new Map([...followers].map(([name, follower]) => [name, new PageReader(db, follower)]))
  }

  take(context: Context, change: OwnStep): InputAnswer {
    const row = followerRow(this.#db, change.follower)
    // It is not wanted any more, or a person has it forgotten.
    if (row?.is_wanted !== 1) return { verdict: 'duplicate' }
    switch (change.step) {
      case 'page':
        return { verdict: 'stored', value: this.#page(row, change) }
      case 'work':
        return { verdict: 'stored', value: this.#work(context, row, change.most) }
      case 'acknowledged':
        return moved(this.#moveOn(context, row, change))
      case 'refused':
        return moved(this.#passOver(context, row, change))
      case 'trouble':
        noteTrouble(context, row.name, change.error)
        return { verdict: 'stored' }
    }
  }

  #page(row: FollowerRow, { after, most }: { after: number; most: number }): FollowedPage {
    const page = this.#reader(row).read(after, most)
    return { ...page, newest: newestKey(this.#db, row.table_name), epoch: row.epoch ?? '' }
  }

  #work(context: Context, row: FollowerRow, most: number): WorkDone {
    const from = row.position ?? 0
    const { rows, upto } = this.#reader(row).read(from, most)
    const follower = this.#followers.get(row.name)
    if (follower?.kind === 'inside' && rows.length > 0) follower.apply(context, rows)
    if (upto > from) this.#moveOn(context, row, { from, upto })
    return { rows: rows.length, from, upto, newest: newestKey(this.#db, row.table_name) }
  }

  #passOver(context: Context, row: FollowerRow, change: Extract<OwnStep, { step: 'refused' }>): boolean {
    const { from, upto, error } = change
    if (!this.#moveOn(context, row, { from, upto })) return false
    const { name, table_name: table } = row
    addGap(context, {
      follower: name,
      table,
      first: upto,
      last: upto,
      rows: 1,
      reason: 'refused',
      error: error.message,
    })
    return true
  }

  #moveOn(context: Context, row: FollowerRow, { from, upto }: { from: number; upto: number }): boolean {
    if (!moveOn(this.#db, { name: row.name, from, upto })) return false
    if (row.last_error !== null) tellTrouble(context, row.name)
    return true
  }

  #reader({ name }: FollowerRow): PageReader {
    const reader = this.#readers.get(name)
    if (!reader) throw new Error(`this hub has no follower "${name}"`)
    return reader
  }
}

function moved(did: boolean): InputAnswer {
  return { verdict: did ? 'stored' : 'duplicate' }
}
