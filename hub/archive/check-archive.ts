import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { LaresError } from '../../shared/errors.ts'
import { checkSound } from '../store/sound.ts'
import { isSealedName } from './archive-name.ts'
import type { CheckedArchive, CheckTask } from './archive-task.ts'
import type { ArchiveProgress } from './make-archive.ts'
import { CHOOSE, DATABASE, type Manifest } from './manifest.ts'
import { openLying } from './open-lying.ts'
import { tableRows } from './pack-house.ts'
import { unpackArchive } from './unpack-archive.ts'

type Sealed = CheckTask & { passphrase: string | null }

/**
 * Reads an archive from where it lies, compares all of it with its checksums, unpacks its database beside and opens it: every page is
 * read and every row counted. Rejects with what is wrong with it; nothing is left of what was unpacked.
 */
export async function checkArchive(task: Sealed, progress: ArchiveProgress): Promise<CheckedArchive> {
  const { name, scratch, passphrase } = task
  const { bytes, over } = openLying(task)
  // The name says whether it is sealed: what was made before somebody chose a passphrase stays readable.
  const sealed = isSealedName(name) ? passphrase : null
  if (isSealedName(name) && passphrase === null)
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
