import { z } from 'zod'
import { bytes, time } from '../../../shared/admin/fields.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import { readLedger } from '../../engine/ledger.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { newestKey } from '../../store/append-keys.ts'
import { givenBetween } from '../../store/passed-keys.ts'
import { setLogLevel, showLog } from './log-commands.ts'

/** `null` where the disk does not say. */
const storageFigures = z.strictObject({
  disk_total_bytes: bytes.nullable(),
  disk_free_bytes: bytes.nullable(),
  database_bytes: bytes.nullable(),
  last_backup: time.nullable(),
  /** When every page of the database was last read. */
  last_scrub: time.nullable(),
})

const frontNumbers = z.looseObject({ storage: storageFigures.optional() })

export const hubStatus = adminCommand({
  area: 'hub',
  verb: 'status',
  needs: 'see',
  summary: 'How the hub is: version, intake, ledger, disk, clock',
  params: z.strictObject({}),
  result: z.strictObject({
    version: z.string(),
    now: time,
    clock: z.enum(['synced', 'unsynced', 'unknown']),
    /** Those of the houses in which the caller may see devices, as are `agents`. */
    devices: z.strictObject({ known: z.number(), online: z.number() }),
    /** What follows, `agents` apart, is of all houses: only for administrators. */
    readings: z.number().optional(),
    sessions: z.number().optional(),
    clips: z.number().optional(),
    rejected_kept: z.number().optional(),
    ledger: z
      .strictObject({ received: z.number(), applied: z.number(), duplicate: z.number(), rejected: z.number() })
      .nullable()
      .optional(),
    /** Versions of the agents, the commonest first. */
    agents: z.array(z.strictObject({ version: z.string(), devices: z.number() })),
    /** What the threads that never see the database count: they may come and go. */
    front: frontNumbers.optional(),
  }),
  examples: [{ says: 'how the hub is', params: {} }],
  changes: false,
  async prepare(_params, { front, storage }) {
    return { ...front(), storage: await storage() }
  },
  run(context) {
    const { caller, clockSynced, now, version } = context
    return {
      version,
      now,
      clock: clockSynced === null ? 'unknown' : clockSynced ? 'synced' : 'unsynced',
      ...devicesSeen(context),
      ...(caller.houses === null ? numbersOfAll(context) : {}),
    }
  },
})

function devicesSeen({ db, caller }: CallContext) {
  const { sql, values } = visibleHouses(caller, 'house_id')
  const count = (more: string) =>
    Number(
      db
        .prepare(`SELECT count(*) FROM devices WHERE revoked_at IS NULL AND ${sql}${more}`)
        .pluck()
        .get(...values),
    )
  return {
    devices: { known: count(''), online: count(" AND status IN ('online', 'busy')") },
    agents: db
      .prepare(
        "SELECT json_extract(capability_details, '$.agent') AS version, count(*) AS devices FROM devices " +
          `WHERE revoked_at IS NULL AND version IS NOT NULL AND ${sql} GROUP BY version ORDER BY devices DESC, version`,
      )
      .all(...values),
  }
}

/** What is counted over all houses, and names what is in them: nothing for people of one. */
function numbersOfAll({ db, prepared }: CallContext) {
  const value = (sql: string) => db.prepare(sql).pluck().get()
  const count = (table: string) => Number(value(`SELECT count(*) FROM ${table}`))
  return {
    // As many keys were given as rows were ever stored; counting millions would take seconds.
    readings: givenBetween(db, 'readings', { after: 0, upto: newestKey(db, 'readings') })?.rows ?? 0,
    sessions: count('sessions'),
    clips: count('audio_clips'),
    rejected_kept: count('rejected_messages'),
    ledger: readLedger(db),
    front: prepared,
  }
}

export const COMMANDS = [hubStatus, setLogLevel, showLog] as const
