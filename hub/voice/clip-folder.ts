import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crockford } from '../../shared/ids.ts'

const DAY = /^\d{4}-\d{2}-\d{2}$/
const CLIP = /^\d{4}-\d{2}-\d{2}\/[0-9a-z]{20}\.wav$/
const PART = '.part'
const utcDay = new Intl.DateTimeFormat('en', { timeZone: 'UTC', year: 'numeric', month: '2-digit', day: '2-digit' })

/** A new name below the clips folder: the UTC day of `now` and 100 random bits. Nothing of it comes from a device. */
export function newClipName(now: number): string {
  const parts = new Map(utcDay.formatToParts(now).map(({ type, value }) => [type, value]))
  return `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}/${crockford(20)}.wav`
}

/** Whether the text is a name that `newClipName` makes, and so cannot lead out of the folder. */
export function isClipName(text: string): boolean {
  return CLIP.test(text)
}

/** Opens the unfinished file of a clip for writing and reading, mode 0600; makes its folders. Throws when it exists. */
export async function createPart(folder: string, file: string): Promise<FileHandle> {
  const part = join(folder, file + PART)
  const day = dirname(part)
  try {
    return await openPart(day, part)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    // the last clip of the day was removed between the two steps, and the empty folder with it
    return await openPart(day, part)
  }
}

/** Gives a synced, unfinished file its name, durably: rename, then sync the folder. */
export async function finishPart(folder: string, file: string): Promise<void> {
  const clip = join(folder, file)
  await rename(clip + PART, clip)
  await syncFolder(dirname(clip))
}

/** Removes a clip and its unfinished file, whichever exist, and the day's folder when it is empty then. */
export async function removeClip(folder: string, file: string): Promise<void> {
  const clip = join(folder, file)
  await rm(clip, { force: true })
  await rm(clip + PART, { force: true })
  await rmdir(dirname(clip)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'ENOENT') throw error
  })
}

/** All clips, finished or not, by the name of the finished one. Other files in the folder are none of ours. */
export async function listClips(folder: string): Promise<{ file: string; finished: boolean }[]> {
  const clips: { file: string; finished: boolean }[] = []
  for (const day of await names(folder)) {
    if (!DAY.test(day)) continue
    for (const name of await names(join(folder, day))) {
      const finished = !name.endsWith(PART)
      const file = `${day}/${finished ? name : name.slice(0, -PART.length)}`
      if (isClipName(file)) clips.push({ file, finished })
    }
  }
  return clips
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}

async function openPart(day: string, part: string): Promise<FileHandle> {
  const made = await mkdir(day, { recursive: true, mode: 0o700 })
  if (made !== undefined) {
    await syncFolder(dirname(day))
    await syncFolder(dirname(made))
  }
  return await open(part, 'wx+', 0o600)
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
