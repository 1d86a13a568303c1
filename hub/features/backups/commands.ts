import { z } from 'zod'
import { bytes, durationMs, time } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import type { Context } from '../../engine/context.ts'
import { enqueue } from '../jobs/enqueue.ts'
import { howToRestore } from './how-to-restore.ts'
import { CHECK_BACKUP, MAKE_BACKUP } from './job-kinds.ts'
import { placeRecord } from './place-book.ts'
import { noSuchPlace } from './place-to-use.ts'
import { placesOf } from './places-known.ts'
import { restoreBackup, restoringBackup } from './restore-commands.ts'

function chosenPlaces(db: Database, place: string | undefined): string[] {
  const there = placesOf(db)
  if (place === undefined) return there
  if (!there.includes(place)) throw noSuchPlace(place, there)
  return [place]
}

const listArchives = adminCommand({
  area: 'backups',
  verb: 'list',
  needs: 'administer',
  summary: 'Backups of everything: where they lie, how old and large they are, and whether they can be read',
  params: z.strictObject({ place: text(40).optional() }),
  result: z.strictObject({
    backups: z.array(
      z.strictObject({
        place: z.string(),
        name: z.string(),
        age_ms: durationMs,
        bytes,
        /** When it was last read from where it lies and compared; `null`: never. */
        verified_at: time.nullable(),
        /** When its database was last unpacked and opened; `null`: never. */
        opened_at: time.nullable(),
        fault: z.string().nullable(),
        made_at: time,
      }),
    ),
  }),
  examples: [{ says: 'everywhere, the newest first', params: {} }],
  positional: ['place'],
  changes: false,
  query({ db, now }, { place }) {
    const backups = chosenPlaces(db, place).flatMap((at) =>
      (placeRecord(db, at)?.archives ?? []).map(({ name, made_at, ...archive }) => ({
        ...{ place: at, name, age_ms: Math.max(0, now - made_at), bytes: archive.bytes },
        ...{ verified_at: archive.verified_at, opened_at: archive.opened_at, fault: archive.fault, made_at },
      })),
    )
    return { backups: backups.sort((a, b) => b.made_at - a.made_at) }
  },
})

interface LastJob {
  id: number
  state: string
  last_error: string | null
}

const LAST_JOB = "SELECT id, state, last_error FROM jobs WHERE kind = 'backup' AND key = ? ORDER BY id DESC LIMIT 1"

interface RunningShare {
  job: number
  phase: string
  done: number
  total: number
}

const listPlaces = adminCommand({
  area: 'backups',
  verb: 'places',
  needs: 'administer',
  summary: 'Where backups go, the newest one at each place, and what is being done there now',
  params: z.strictObject({}),
  result: z.strictObject({
    places: z.array(
      z.strictObject({
        place: z.string(),
        /** `waiting`, `running`, `failed`, `done`, `cancelled`, `replaced`; `null`: nothing was asked for yet. */
        state: z.string().nullable(),
        newest: time.nullable(),
        backups: z.number(),
        bytes,
        /** What was last said of it; `null`: nothing is wrong. */
        error: z.string().nullable(),
        /** Of what is packed or read now; `null`: nothing is. */
        phase: z.string().nullable(),
        done: bytes.nullable(),
        total: bytes.nullable(),
        job: z.number().nullable(),
      }),
    ),
    /** Checks that run now. */
    checks: z.array(
      z.strictObject({ name: z.string(), phase: z.string(), done: bytes, total: bytes, job: z.number() }),
    ),
  }),
  examples: [{ says: 'how it stands with backups', params: {} }],
  changes: false,
  prepare: async (_params, { front }) => front().jobs_running,
  run({ db, prepared }) {
    const running = new Map(((prepared ?? []) as RunningShare[]).map((one) => [one.job, one]))
    const places = placesOf(db).map((place) => {
      const archives = placeRecord(db, place)?.archives ?? []
      const job = db.prepare(LAST_JOB).get(place) as LastJob | undefined
      const share = job && running.get(job.id)
      return {
        ...{ place, state: job?.state ?? null, newest: archives[0]?.made_at ?? null, backups: archives.length },
        bytes: archives.reduce((sum, one) => sum + one.bytes, 0),
        error: job?.state === 'done' ? null : (job?.last_error ?? null),
        ...{
          phase: share?.phase ?? null,
          done: share?.done ?? null,
          total: share?.total ?? null,
          job: job?.id ?? null,
        },
      }
    })
    return { places, checks: checksOf(db, running) }
  },
})

function checksOf(db: Database, running: ReadonlyMap<number, RunningShare>) {
  const rows = db.prepare("SELECT id, key FROM jobs WHERE kind = 'backup_check' AND state = 'running'").all()
  return (rows as { id: number; key: string }[]).map(({ id, key }) => {
    const { phase = 'reading', done = 0, total = 0 } = running.get(id) ?? {}
    return { name: key, phase, done, total, job: id }
  })
}

const begun = z.strictObject({
  jobs: z.array(z.strictObject({ place: z.string(), job: z.number() })),
})

const makeNow = adminCommand({
  area: 'backups',
  verb: 'make',
  needs: 'administer',
  summary: 'Make a backup of everything now, at one place or at all; lares backups places shows how far it is',
  params: z.strictObject({ place: text(40).optional() }),
  result: begun,
  examples: [{ says: 'at every place', params: {} }],
  positional: ['place'],
  changes: true,
  run(context, { place }) {
    const places = chosenPlaces(context.db, place)
    if (places.length === 0) throw noSuchPlace('', [])
    return { jobs: places.map((at) => ({ place: at, job: now(context, at) })) }
  },
})

/** What waits after a failure is tried at once: a person looked. */
function now(context: Context, place: string): number {
  const { db } = context
  db.prepare("UPDATE jobs SET back_off_mono = NULL WHERE kind = 'backup' AND key = ? AND state = 'waiting'").run(place)
  const job = enqueue(context, MAKE_BACKUP, { key: place, payload: { place } })
  context.addEvent({ type: 'backup_asked', source: 'user', data: { place } })
  return job
}

const verifyOne = adminCommand({
  area: 'backups',
  verb: 'verify',
  needs: 'administer',
  summary: 'Read a backup from where it lies, unpack its database and open it; without a name the newest of each place',
  params: z.strictObject({ name: text(200).optional(), place: text(40).optional() }),
  result: begun,
  examples: [{ says: 'the newest ones', params: {} }],
  positional: ['name'],
  changes: true,
  run(context, { name, place }) {
    const { db } = context
    const all = chosenPlaces(db, place).flatMap((at) =>
      (placeRecord(db, at)?.archives ?? []).map((archive, index) => ({ place: at, name: archive.name, index })),
    )
    const wanted = all.filter((one) => (name === undefined ? one.index === 0 : one.name === name))
    if (name !== undefined && wanted.length === 0)
      throw new LaresError('not_found', `no place has a backup ${name}`, { hint: 'lares backups list shows them.' })
    return {
      jobs: wanted.map(({ place: at, name: archive }) => {
        const payload = { place: at, name: archive }
        context.addEvent({ type: 'backup_asked', source: 'user', data: payload })
        return { place: at, job: enqueue(context, CHECK_BACKUP, { key: `${at}/${archive}`, payload }) }
      }),
    }
  },
})

export const COMMANDS = [
  listArchives,
  listPlaces,
  makeNow,
  verifyOne,
  howToRestore,
  restoreBackup,
  restoringBackup,
] as const
