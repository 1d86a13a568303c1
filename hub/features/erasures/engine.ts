import type { Database } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import { namingColumns } from '../../store/erasure-plan.ts'
import { openDevices } from '../devices/engine.ts'
import { openSessions } from '../sessions/engine.ts'
import { atCentralsWork } from '../sync/central-at-work.ts'
import { openTelemetry } from '../telemetry/engine.ts'
import { blankAnswers } from './blank-answers.ts'
import { brokerOwner } from './broker-owner.ts'
import { hasCentral } from './close-erasures.ts'
import { CopiesRenewal } from './copies-renewal.ts'
import type { ErasureRow } from './erasure-row.ts'
import { scanEvents } from './event-scan.ts'
import { Pseudonym } from './pseudonym.ts'
import { Removal } from './removal.ts'
import { RemovedBytes } from './removed-bytes.ts'
import { finishRemovals } from './removed-houses.ts'

/** In one transaction, once a second: as much as a disk that fills up is cleared by. */
const STEP = { rows: 5_000, events: 5_000, characters: 2_000_000 }
/** What central refused is asked of it again after this. */
const AGAIN_MS = 600_000

declare module '../../engine/input.ts' {
  interface EffectKinds {
    /** Keep no session of this principal, and nobody else's messages and filters with this key on a level of the topic. */
    forget_client: { owner: string; key: string }
  }
}

/**
 * Forgets devices and people, step by step: the events that tell of them, the rows that belong to them, the copies of the
 * database, and what central has. Whatever ends the hub in between, the next step is the one that did not happen.
 */
export function openErasures(house: House): Feature {
  const { db } = house
  // They gather rows of devices in memory: what they write comes before a step removes it.
  house.use(openDevices)
  house.use(openSessions)
  house.use(openTelemetry)
  const removal = new Removal(db, namingColumns())
  const copies = new CopiesRenewal(house)
  const bytes = new RemovedBytes(house)

  function remove(context: Context, row: ErasureRow): void {
    if (row.state === 'events') {
      const { upto, removed, done } = scanEvents(db, {
        ...row,
        after: row.eventsUpto,
        most: STEP.events,
        characters: STEP.characters,
      })
      db.prepare('UPDATE erasures SET events_upto = ?, removed = removed + ?, state = ? WHERE id = ?').run(
        ...[upto, removed, done ? 'rows' : 'events', row.id],
      )
      return
    }
    context.settle()
    const { rows, files, done } = atCentralsWork(db, () => removal.step(row, STEP.rows))
    for (const file of files) context.effect({ kind: 'delete_clip', file })
    db.prepare('UPDATE erasures SET removed = removed + ? WHERE id = ?').run(rows, row.id)
    if (rows > 0) context.changed()
    if (done) finish(context, row)
  }

  /** Nothing of it is left in the tables. */
  function finish(context: Context, { id, what, key, traces, pseudonym }: ErasureRow): void {
    // The broker would keep in memory, and write down again, what the tables have no more.
    context.effect({ kind: 'forget_client', owner: brokerOwner({ what, key }), key })
    // Answers to others' requests may speak of it.
    const subject = new Pseudonym(traces, pseudonym)
    blankAnswers(db, (response) => subject.isIn(response))
    // Samples of indexed values, for the planner.
    for (const table of ['sqlite_stat1', 'sqlite_stat4'])
      if (db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table)) db.exec(`DELETE FROM ${table}`)
    db.prepare("UPDATE erasures SET state = 'elsewhere', traces = NULL, removed_at = ? WHERE id = ?").run(
      context.now,
      id,
    )
    copies.askAnew()
    bytes.forgetAnew()
    if (hasCentral(house)) context.effect({ kind: 'sync', ask: 'wake' })
    context.changed()
  }

  return {
    name: 'erasures',
    inputs: {
      copies_renewed(context, { since }) {
        copies.renewed(context, since)
        return { verdict: 'stored' }
      },
    },
    tick(context) {
      const row = nextRow(db)
      if (row) {
        // Pages that are let go are overwritten as well: otherwise only what is removed within one that stays.
        db.pragma('secure_delete = ON')
        try {
          remove(context, row)
        } finally {
          db.pragma('secure_delete = FAST')
        }
      }
      finishRemovals(context)
      copies.tick(context)
      bytes.tick(context)
      askCentralAgain(db, context.now)
    },
  }
}

function askCentralAgain(db: Database, now: number): void {
  db.prepare(
    "UPDATE erasures SET refused = NULL, refused_at = NULL WHERE state = 'elsewhere' AND abs(? - refused_at) > ?",
  ).run(now, AGAIN_MS)
}

/** The oldest that is not done here. */
function nextRow(db: Database): ErasureRow | null {
  const row = db
    .prepare(
      "SELECT id, what, key, pseudonym, traces, state, events_upto FROM erasures WHERE state IN ('events', 'rows') ORDER BY requested_at, id LIMIT 1",
    )
    .get() as (Omit<ErasureRow, 'traces' | 'eventsUpto'> & { traces: string; events_upto: number }) | undefined
  if (row === undefined) return null
  const { events_upto: eventsUpto, traces, ...rest } = row
  return { ...rest, eventsUpto, traces: JSON.parse(traces) as ErasureRow['traces'] }
}
