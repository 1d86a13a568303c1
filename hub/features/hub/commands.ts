import { z } from 'zod'
import { bytes, time } from '../../../shared/admin/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { setLogLevel, showLog } from './log-commands.ts'

/** `null` where the disk does not say. */
const storageFigures = z.strictObject({
  disk_total_bytes: bytes.nullable(),
  disk_free_bytes: bytes.nullable(),
  database_bytes: bytes.nullable(),
  last_backup: time.nullable(),
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
    devices: z.strictObject({ known: z.number(), online: z.number() }),
    readings: z.number(),
    sessions: z.number(),
    clips: z.number(),
    rejected_kept: z.number(),
    ledger: z
      .strictObject({ received: z.number(), applied: z.number(), duplicate: z.number(), rejected: z.number() })
      .nullable(),
    /** Versions of the agents, the commonest first. */
    agents: z.array(z.strictObject({ version: z.string(), devices: z.number() })),
    /** What the threads that never see the database count: they may come and go. */
    front: frontNumbers,
  }),
  examples: [{ says: 'how the hub is', params: {} }],
  changes: false,
  async prepare(_params, { front, storage }) {
    return { ...front(), storage: await storage() }
  },
  run(context) {
    const count = (table: string) => Number(context.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
    const online = Number(
      context.db
        .prepare("SELECT count(*) FROM devices WHERE status IN ('online', 'busy') AND revoked_at IS NULL")
        .pluck()
        .get(),
    )
    const devices = Number(context.db.prepare('SELECT count(*) FROM devices WHERE revoked_at IS NULL').pluck().get())
    const ledger = context.db.prepare("SELECT value FROM hub_settings WHERE key = 'ledger'").pluck().get()
    return {
      version: context.version,
      now: context.now,
      clock: context.clockSynced === null ? 'unknown' : context.clockSynced ? 'synced' : 'unsynced',
      devices: { known: devices, online },
      // The key of the newest row is the number ever stored; counting millions would take seconds.
      readings: Number(
        context.db.prepare("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'readings'").pluck().get(),
      ),
      sessions: count('sessions'),
      clips: count('audio_clips'),
      rejected_kept: count('rejected_messages'),
      ledger: typeof ledger === 'string' ? (JSON.parse(ledger) as unknown) : null,
      agents: context.db
        .prepare(
          "SELECT json_extract(capability_details, '$.agent') AS version, count(*) AS devices FROM devices " +
            'WHERE revoked_at IS NULL AND version IS NOT NULL GROUP BY version ORDER BY devices DESC, version',
        )
        .all(),
      front: context.prepared,
    }
  },
})

export const COMMANDS = [hubStatus, setLogLevel, showLog] as const
