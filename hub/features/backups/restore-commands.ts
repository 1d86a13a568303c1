import { dirname } from 'node:path'
import { z } from 'zod'
import { bytes, time } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { localTime } from '../../../shared/time-words.ts'
import { isSealedName } from '../../archive/archive-name.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { readRestoredNote } from '../../store/restored-note.ts'
import { archiveNamed } from './archive-named.ts'
import type { RestoreState } from './restore-desk.ts'

const LONGEST_SECRET = 1_000

export const restoreBackup = adminCommand({
  area: 'backups',
  verb: 'restore',
  needs: 'administer',
  summary:
    'Put the house of a backup in the place of the present one, which is set aside; the hub starts again with it',
  params: z.strictObject({
    name: text(200).min(1),
    place: text(40).optional(),
    passphrase: text(LONGEST_SECRET).optional().meta({ description: 'of the backup, where it is sealed' }),
    password: text(LONGEST_SECRET)
      .optional()
      .meta({ description: 'your own, with which you log in; on the machine of the hub it is not asked for' }),
  }),
  result: z.strictObject({ name: z.string(), place: z.string(), see: z.string(), made_at: time }),
  examples: [
    {
      says: 'the house as it was in that night',
      params: { name: 'lares-home-019b76da-20260101T000000Z.tar.age', passphrase: 'four words that fit' },
    },
  ],
  positional: ['name'],
  changes: true,
  secretParams: ['passphrase', 'password'],
  danger({ db }, params) {
    const { made_at } = archiveNamed(db, params)
    return (
      `The house is then as it was at ${localTime(made_at)}. What was measured, said and changed since then is set aside with the present ` +
      'house, and not removed. Everybody is logged out, and the hub starts again.'
    )
  },
  async prepare({ name, passphrase, password }, { passwordAgain, beside }) {
    await passwordAgain(password)
    const isSealed = isSealedName(name)
    if (isSealed && (passphrase === undefined || passphrase === ''))
      throw new LaresError('bad_params', `${name} is sealed: it takes its passphrase`, {
        hint: 'Type the passphrase of the backups that was in use when it was made.',
      })
    return beside('backups').keep(isSealed ? (passphrase ?? null) : null)
  },
  run(context, params) {
    const { db, prepared } = context
    const { place, name, made_at } = archiveNamed(db, params)
    refuseBusy(db)
    context.addEvent({ type: 'restore_asked', source: 'user', data: { place, name } })
    context.effect({ kind: 'restore_backup', ticket: String(prepared), place, name })
    return { name, place, see: 'lares backups restoring', made_at }
  },
})

/** A backup that is being made may remove older ones, and both read the same disk. */
function refuseBusy(db: Database): void {
  const key = db
    .prepare("SELECT key FROM jobs WHERE kind IN ('backup', 'backup_check') AND state = 'running' LIMIT 1")
    .pluck()
    .get()
  if (key === undefined) return
  throw new LaresError('busy', `a backup is being made or checked just now: ${key}`, {
    hint: 'Wait until it is done, lares backups places shows how far it is; or give it up: lares jobs list, lares jobs cancel.',
  })
}

export const restoringBackup = adminCommand({
  area: 'backups',
  verb: 'restoring',
  needs: 'administer',
  summary: 'How far the backup is that is being restored, and what was restored last',
  params: z.strictObject({}),
  result: z.strictObject({
    /** `none`, `unpacking`, `decided`, `failed`. From `decided` on the next start of the hub has the restored house. */
    state: z.string(),
    name: z.string().nullable(),
    place: z.string().nullable(),
    error: z.string().nullable(),
    hint: z.string().nullable(),
    phase: z.string().nullable(),
    done: bytes,
    total: bytes,
    /** What will be another than before. */
    says: z.array(z.string()),
    /** What stands here since a restore; `null`: nothing was restored here. */
    restored: z
      .strictObject({
        house: z.string(),
        made_at: time,
        version: z.string(),
        name: z.string(),
        restored_at: time,
        /** How what was here before is called in the data folder, `*` in the place of each name. */
        aside: z.string().nullable(),
      })
      .nullable(),
  }),
  examples: [{ says: 'how far it is', params: {} }],
  changes: false,
  prepare: async (_params, { beside }) => beside('backups').state(),
  run({ db, prepared }) {
    return { ...(prepared as RestoreState), restored: readRestoredNote(dirname(db.name)) }
  },
})
