import { rmSync, writeFileSync } from 'node:fs'
import { putInPlace } from '../store/files.ts'

/** Puts a file in its place that only this user reads: whole and on the disk, or not at all. */
export function putPrivateFile(file: string, content: Buffer): void {
  const part = `${file}.part`
  try {
    writeFileSync(part, content, { mode: 0o600 })
    putInPlace(part, file)
  } finally {
    rmSync(part, { force: true })
  }
}
