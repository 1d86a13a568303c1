import { LaresError } from '../../shared/errors.ts'
import { ArchiveCommand } from './archive-command.ts'
import { ArchiveFolder, type FolderPlace } from './archive-folder.ts'
import { readArchiveName } from './archive-name.ts'
import { archiveStream } from './archive-stream.ts'
import type { ArchivePhase, MadeArchive, MakeTask } from './archive-task.ts'
import { archivesToRemove } from './keep-rule.ts'
import { type Packed, packArchive } from './pack-archive.ts'
import { type PreparedHouse, prepareHouse } from './pack-house.ts'
import { readArchive } from './read-archive.ts'
import { checkPassphrase } from './sealing.ts'

export type ArchiveProgress = (phase: ArchivePhase, done: number, total: number) => void

/** What an archive has beside the bytes of what is in it: heads of entries, checksums, the seal. */
const BESIDE = 1.01
const BESIDE_BYTES = 4 << 20

type Sealed = MakeTask & { passphrase: string | null }

/**
 * Makes an archive of the house as it is now and brings it to its place: streamed there, so that the disk of the hub is read and
 * not written. In a folder it is read again before it gets its name, and older ones go by age. In a process of its own only.
 * Rejects with what is wrong; then nothing but whole archives lies there.
 */
export async function makeArchive(task: Sealed, progress: ArchiveProgress): Promise<MadeArchive> {
  if (task.passphrase !== null) checkPassphrase(task.passphrase)
  const { place } = task
  // Before the database is read, which takes minutes: a stick that is away is told at once.
  const folder = place.kind === 'command' ? null : new ArchiveFolder(place)
  progress('checking', 0, 0)
  const prepared = prepareHouse(task.places, task)
  try {
    if (place.kind === 'command') return await sendArchive(prepared, { place, progress, now: task.now })
    return await layArchive(prepared, {
      task: task as Sealed & { place: FolderPlace },
      folder: folder as ArchiveFolder,
      progress,
    })
  } finally {
    prepared.content.snapshot.close()
  }
}

async function layArchive(
  { content, name: wanted, owner }: PreparedHouse,
  {
    task,
    folder,
    progress,
  }: { task: Sealed & { place: FolderPlace }; folder: ArchiveFolder; progress: ArchiveProgress },
): Promise<MadeArchive> {
  const { bytes: total } = content.manifest
  folder.sweep(owner)
  folder.checkRoom(total * BESIDE + BESIDE_BYTES)
  const name = freeName(wanted, new Set(folder.list(owner).map((one) => one.name)))
  const part = folder.begin(name)
  try {
    const { bytes } = await pack(content, progress, async (piece) => part.take(piece))
    part.finish()
    await readAgain(part.path, { name, total, passphrase: task.passphrase, progress })
    part.place()
    for (const old of archivesToRemove(
      folder.list(owner).map((one) => one.name),
      task.keep,
      name,
    ))
      folder.remove(old)
    return { name, bytes, madeAt: task.now, verified: true, lying: folder.list(owner) }
  } catch (error) {
    part.discard()
    throw folder.trouble(error)
  }
}

async function sendArchive(
  { content, name }: PreparedHouse,
  options: { place: Extract<MakeTask['place'], { kind: 'command' }>; progress: ArchiveProgress; now: number },
): Promise<MadeArchive> {
  const { place, progress, now } = options
  const command = new ArchiveCommand(place.argv, { name, limitMs: place.limitMs })
  try {
    const { bytes } = await pack(content, progress, (piece) => command.take(piece))
    await command.finish()
    return { name, bytes, madeAt: now, verified: false, lying: null }
  } finally {
    command.kill()
  }
}

async function pack(
  content: PreparedHouse['content'],
  progress: ArchiveProgress,
  take: (piece: Uint8Array) => Promise<void>,
): Promise<Packed> {
  const total = content.manifest.bytes
  let done = 0
  return await packArchive(content, {
    take,
    progress(bytes) {
      done += bytes
      progress('packing', Math.min(done, total), total)
    },
  })
}

/** As it lies there, with the passphrase that it was sealed with. */
async function readAgain(
  path: string,
  {
    name,
    total,
    passphrase,
    progress,
  }: { name: string; total: number; passphrase: string | null; progress: ArchiveProgress },
): Promise<void> {
  let done = 0
  const take = (chunk: Uint8Array) => {
    done += chunk.length
    progress('reading', Math.min(done, total), total)
  }
  try {
    await readArchive(
      { name, bytes: archiveStream(path).open(), passphrase },
      { manifest() {}, entry: () => ({ take, end() {} }) },
    )
  } catch (error) {
    if (!(error instanceof LaresError)) throw error
    throw new LaresError('disk_error', `what was written cannot be read again: ${error.message}`, {
      cause: error,
      hint: 'Use another stick or disk: this one does not keep what is written to it. Older backups stay.',
    })
  }
}

/** Two in a second, or a clock that was set back: each has a name of its own. */
function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted
  for (let at = readArchiveName(wanted)?.madeAt ?? 0; taken.has(name); ) {
    at += 1_000
    name = name.replace(/\d{8}T\d{6}Z/, new Date(at).toISOString().replace(/[-:]|\.\d+/g, ''))
  }
  return name
}
