import { z } from 'zod'
import { bytes, deviceParam, id, time } from '../../../shared/admin/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { conditions, page } from '../../query/list-query.ts'
import { deviceFilter } from '../devices/named-device.ts'

interface RejectedRow {
  id: number
  raw: Buffer
}

export const listRejected = adminCommand({
  area: 'rejected',
  verb: 'list',
  needs: 'administer',
  summary: 'Messages the hub could not understand, newest first, with their reasons',
  params: z.strictObject({
    device: deviceParam.optional(),
    limit: z.int().min(1).max(200).default(50),
    after: z.int().optional(),
  }),
  result: z.strictObject({
    rejected: z.array(
      z.strictObject({
        received_at: time,
        device_id: id.nullable(),
        code: z.string(),
        reason: z.string(),
        topic: z.string().nullable(),
        raw_bytes: bytes,
        /** The first thousand bytes, each as one character. */
        raw: z.string(),
        id: z.number(),
      }),
    ),
    next: z.number().optional(),
  }),
  examples: [{ says: 'what one device sent and the hub did not understand', params: { device: 'kitchen-pi' } }],
  positional: ['device'],
  changes: false,
  query(context, params) {
    const where = conditions().when('device_id = ?', deviceFilter(context, params.device)).when('id < ?', params.after)
    const rows = context.db
      .prepare(
        `SELECT id, device_id, topic, code, reason, raw, raw_bytes, received_at FROM rejected_messages WHERE ${where.sql} ORDER BY id DESC LIMIT ?`,
      )
      .all(...where.values, params.limit + 1) as RejectedRow[]
    const { rows: kept, next } = page(rows, params.limit, (row) => row.id)
    const rejected = kept.map(({ raw, ...row }) => ({ ...row, raw: raw.toString('latin1').slice(0, 1_000) }))
    return { rejected, ...(next === undefined ? {} : { next }) }
  },
})

export const COMMANDS = [listRejected] as const
