import { existsSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { COMPANIONS } from './files.ts'

const PART = /\.part(?:-shm|-wal|-journal)?$/
const WRITER = /\.(\d+)\.part/

/** Where a file is written until it is whole: beside its place, with the number of the process that writes it. */
export function partOf(final: string): string {
  return `${final}.${process.pid}.part`
}

/** Removes a part that did not become whole, with what SQLite put beside it. */
export function dropPart(part: string): void {
  for (const suffix of COMPANIONS) rmSync(part + suffix, { force: true })
}

/** Removes what killed processes left of copies to this place. */
export function removePartsOf(final: string): void {
  sweep(dirname(final), (name) => name.startsWith(`${basename(final)}.`))
}

/** Removes every part that lies in a folder and that nobody writes any more. */
export function removeParts(folder: string): void {
  if (existsSync(folder)) sweep(folder, () => true)
}

function sweep(folder: string, ours: (name: string) => boolean): void {
  for (const name of readdirSync(folder))
    if (PART.test(name) && ours(name) && !isBeingWritten(name)) rmSync(join(folder, name), { force: true })
}

function isBeingWritten(name: string): boolean {
  const writer = Number(WRITER.exec(name)?.[1] ?? 0)
  if (writer === 0 || writer === process.pid) return false
  try {
    process.kill(writer, 0)
    return true
  } catch (error) {
    // Somebody else's process is alive all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
