import { createHash } from 'node:crypto'
import { createReadStream, existsSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { LaresError } from '../../shared/errors.ts'
import type { Tarball } from './speech-component.ts'
import { fileNameOf, type TarballSource } from './tarball-source.ts'

/** How far it is: bytes of the file. */
export type FetchProgress = (done: number, total: number) => void

export interface FetchOptions {
  folder: string
  source: TarballSource
  progress: FetchProgress
  signal: AbortSignal
}

/**
 * Fetches a tarball into a folder, or goes on with what an earlier try left there, and resolves with its path once its sum is right.
 * Rejects as the source does, with `bad_params` when it is another file than was asked for, and with what the disk says; what was
 * fetched until then stays, but for bytes that are wrong.
 */
export async function fetchTarball(
  tarball: Tarball,
  { folder, source, progress, signal }: FetchOptions,
): Promise<string> {
  const file = join(folder, fileNameOf(tarball))
  const there = existsSync(file) ? statSync(file).size : 0
  if (there !== tarball.bytes) {
    const opened = await source.open(tarball, there < tarball.bytes ? there : 0, signal)
    await write(file, opened, { tarball, progress })
  }
  progress(tarball.bytes, tarball.bytes)
  const found = await sumOf(file)
  if (found === tarball.sha256) return file
  throw notWhatWasAsked(file, `another file (SHA-256 ${found})`)
}

async function write(
  file: string,
  { from, bytes }: { from: number; bytes: AsyncIterable<Uint8Array> },
  { tarball, progress }: { tarball: Tarball; progress: FetchProgress },
): Promise<void> {
  const to = await open(file, from > 0 ? 'r+' : 'w', 0o644)
  try {
    let at = from
    for await (const chunk of bytes) {
      // A server that never ends fills no card.
      if (at + chunk.length > tarball.bytes) throw notWhatWasAsked(file, 'longer than it may be')
      await to.write(chunk, 0, chunk.length, at)
      at += chunk.length
      progress(at, tarball.bytes)
    }
    await to.datasync()
    if (at < tarball.bytes)
      throw new LaresError('unreachable', `${fileNameOf(tarball)} ended after ${at} of ${tarball.bytes} bytes`, {
        hint: 'Run the same command again: it goes on where it stopped.',
      })
  } finally {
    await to.close()
  }
}

/** Of what is not to be trusted nothing stays. */
function notWhatWasAsked(file: string, why: string): LaresError {
  rmSync(file, { force: true })
  return new LaresError('bad_params', `what came as ${basename(file)} is ${why}`, {
    hint: 'It was thrown away. Run the same command again; where that does not help, the source is not to be trusted.',
  })
}

async function sumOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
