import { z } from 'zod'
import { deviceParam, time } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import { readSyncIdentity } from '../../engine/sync-memory.ts'
import type { ErasedKind } from '../../store/erasure-plan.ts'
import { deviceNamed } from '../devices/named-device.ts'
import { email, userWithEmail } from '../users/email.ts'
import { nobodyLeftWords } from '../users/nobody-left.ts'
import { beginErasure } from './begin.ts'
import { removeHouse } from './house-command.ts'
import { erasedWithDevice, erasedWithUser } from './what-is-erased.ts'

/** Stands at central for those who must show why. */
const reason = text(200).min(1).default('asked for in the house')

const begun = z.strictObject({
  /** What stands in its place in the audit from now on. */
  pseudonym: z.string(),
  /** How to see how far it is. */
  see: z.string(),
  erasure: z.string(),
})

export const eraseDevice = adminCommand({
  area: 'devices',
  verb: 'erase',
  needs: 'administer',
  summary: 'Shut a device out and forget all it ever said, here and at central',
  params: z.strictObject({ device: deviceParam, reason }),
  result: begun,
  examples: [{ says: 'a device whose owner wants nothing of it kept', params: { device: 'kitchen-pi' } }],
  positional: ['device'],
  changes: true,
  danger(context, params) {
    const id = deviceNamed(context, params.device)
    const name = String(context.db.prepare('SELECT name FROM devices WHERE id = ?').pluck().get(id))
    return erasedWithDevice(context.db, { id, name })
  },
  run(context, params) {
    const key = deviceNamed(context, params.device)
    const house = context.db.prepare('SELECT house_id FROM devices WHERE id = ?').pluck().get(key) as string
    return erase(context, { what: 'device', key, reason: params.reason, house })
  },
})

export const eraseUser = adminCommand({
  area: 'users',
  verb: 'erase',
  needs: 'administer',
  summary: 'Take an account away and forget the person, here and at central',
  params: z.strictObject({ email, reason }),
  result: begun,
  examples: [{ says: 'a person who wants nothing of them kept', params: { email: 'anna@example.com' } }],
  positional: ['email'],
  changes: true,
  danger({ db }, params) {
    const { id } = userWithEmail(db, params.email)
    refuseGranted(db, { id, email: params.email })
    return erasedWithUser(db, { id, email: params.email }) + nobodyLeftWords(db, id)
  },
  run(context, params) {
    const { id } = userWithEmail(context.db, params.email)
    refuseGranted(context.db, { id, email: params.email })
    return erase(context, { what: 'user', key: id, reason: params.reason })
  },
})

interface Stage {
  state: string
  copies_renewed_at: number | null
  forgotten_at: number | null
  erased_at_central: number | null
}

/** How far an erasure is, in words. */
function stageWords(stage: Stage, hasCentral: boolean): string {
  if (stage.state === 'events') return 'looking through the events'
  if (stage.state === 'rows') return 'removing rows'
  if (stage.state === 'done') return 'done'
  const waitsFor = [
    ...(stage.copies_renewed_at === null ? ['for a new backup, so that the older ones can go'] : []),
    ...(stage.forgotten_at === null ? ['until free pages of the database are overwritten'] : []),
    ...(hasCentral && stage.erased_at_central === null ? ['for central'] : []),
  ]
  return `waiting ${waitsFor.join(', and ')}`
}

export const listErasures = adminCommand({
  area: 'erasures',
  verb: 'list',
  needs: 'administer',
  summary: 'What was erased, and how far what is being erased is',
  params: z.strictObject({ limit: z.int().min(1).max(500).default(50) }),
  result: z.strictObject({
    erasures: z.array(
      z.strictObject({
        requested_at: time,
        what: z.string(),
        state: z.string(),
        /** Why central did not do it yet; it is asked again. */
        refused: z.string().nullable(),
        removed: z.number(),
        removed_at_central: z.number(),
        done_at: time.nullable(),
        /** `null` once it stands wherever it has to. */
        pseudonym: z.string().nullable(),
        id: z.string(),
      }),
    ),
  }),
  examples: [{ says: 'how far it is', params: {} }],
  changes: false,
  query({ db }, params) {
    const rows = db
      .prepare(
        'SELECT requested_at, what, state, refused, removed, removed_at_central, done_at, pseudonym, id, copies_renewed_at, forgotten_at, erased_at_central FROM erasures ORDER BY requested_at DESC, id DESC LIMIT ?',
      )
      .all(params.limit) as Stage[]
    const hasCentral = readSyncIdentity(db).site !== null
    return {
      erasures: rows.map(({ copies_renewed_at, forgotten_at, erased_at_central, ...row }) => ({
        ...row,
        state: stageWords({ state: row.state, copies_renewed_at, forgotten_at, erased_at_central }, hasCentral),
      })),
    }
  },
})

function erase(
  context: CallContext,
  { what, key, reason, house }: { what: ErasedKind; key: string; reason: string; house?: string },
) {
  const { id: erasure, pseudonym } = beginErasure(context, { what, key, reason })
  const { principal } = context.caller
  context.addEvent({
    type: what === 'device' ? 'device_erased' : 'user_erased',
    source: 'user',
    ...(house === undefined ? {} : { house }),
    data: { pseudonym, reason, by: principal === key ? pseudonym : principal },
  })
  return { pseudonym, see: 'lares erasures list', erasure }
}

/** Whom central gives to this house it would give again. */
function refuseGranted(db: Database, { id, email: address }: { id: string; email: string }): void {
  const scope = db
    .prepare("SELECT scope FROM managed_rows WHERE table_name = 'users' AND row_key = ? LIMIT 1")
    .pluck()
    .get(id) as string | undefined
  if (scope === undefined) return
  throw new LaresError('centrally_managed', `${address} is given to this house by central and would come back`, {
    hint: `Take the person out there first: lares central remove ${scope} users ${id}. Then erase here.`,
  })
}

export const COMMANDS = [eraseDevice, eraseUser, removeHouse, listErasures] as const
