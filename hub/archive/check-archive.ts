import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { LaresError } from '../../shared/errors.ts'
import { checkSound } from '../store/sound.ts'
import { ArchiveCommand } from './archive-command.ts'
import { ArchiveFolder } from './archive-folder.ts'
import { placeWords } from './archive-place.ts'
import { archiveStream } from './archive-stream.ts'
import type { CheckedArchive, CheckTask } from './archive-task.ts'
import type { ArchiveProgress } from './make-archive.ts'
import { CHOOSE, DATABASE, type Manifest } from './manifest.ts'
import { tableRows } from './pack-house.ts'
import { unpackArchive } from './unpack-archive.ts'

type Sealed = CheckTask & { passphrase: string | null }

/**
 * Reads an archive from where it lies, compares all of it with its checksums, unpacks its database beside and opens it: every page is
 * read and every row counted. Rejects with what is wrong with it; nothing is left of what was unpacked.
 */
export async function checkArchive(task: Sealed, progress: ArchiveProgress): Promise<CheckedArchive> {
  const { name, scratch, passphrase } = task
  const { bytes, over } = openArchive(task)
  // The name says whether it is sealed: what was made before somebody chose a passphrase stays readable.
  const sealed = name.endsWith('.age') ? passphrase : null
  if (name.endsWith('.age') && passphrase === null)
    throw new LaresError('bad_params', `${name} is sealed, and [backup] of hub.toml names no passphrase`, {
      hint: 'Name secret or secret_file in [backup] of hub.toml, and restart the hub.',
    })
  try {
    rmSync(scratch, { recursive: true, force: true })
    mkdirSync(scratch, { mode: 0o700 })
    const { manifest } = await unpackArchive(
      { name, bytes, passphrase: sealed },
      {
        into: scratch,
        nameOf: (entry) => (entry === DATABASE ? DATABASE : null),
        progress: (done, total) => progress('reading', done, total),
      },
    )
    await over()
    progress('checking', 0, 0)
    checkDatabase(join(scratch, DATABASE), { name, manifest })
    return { name, madeAt: manifest.made_at, readings: manifest.rows.readings ?? 0 }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function openArchive({ place, name }: CheckTask): { bytes: ReadableStream<Uint8Array>; over: () => Promise<void> } {
  if (place.kind !== 'command') {
    const file = new ArchiveFolder(place).file(name)
    if (!existsSync(file))
      throw new LaresError('not_found', `${placeWords(place)} has no ${name} any more`, {
        hint: 'lares backups list shows what is there.',
      })
    return { bytes: archiveStream(file).open(), over: async () => {} }
  }
  if (place.fetch === null)
    throw new LaresError('bad_params', `nobody knows how to read from ${placeWords(place)}`, {
      hint: 'Name a command that writes an archive to its standard output: fetch of this place in [backup] of hub.toml.',
    })
  const command = new ArchiveCommand(place.fetch, { name, limitMs: place.limitMs, gives: true })
  return { bytes: command.output, over: () => command.over() }
}

function checkDatabase(file: string, { name, manifest }: { name: string; manifest: Manifest }): void {
  const db = new Sqlite(file)
  try {
    checkSound(db, name)
    const rows = tableRows(db)
    const table = Object.keys(manifest.rows).find((one) => rows[one] !== manifest.rows[one])
    if (table !== undefined)
      throw new LaresError(
        'corrupt_database',
        `${name} is damaged: ${table} has ${rows[table] ?? 'no'} rows of ${manifest.rows[table]}`,
        {
          hint: CHOOSE,
        },
      )
  } finally {
    db.close()
  }
}
