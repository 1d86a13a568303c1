import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { createTarDecoder } from 'modern-tar'
import { LaresError } from '../../shared/errors.ts'
import type { Tarball } from './speech-component.ts'

/** A file that was unpacked: its place below the component's folder. */
export interface UnpackedFile {
  path: string
  bytes: number
  sha256: string
}

/** npm puts everything below this. */
const ROOT = 'package/'

/**
 * Unpacks what is wanted of a tarball whose sum is right. Rejects with `bad_params` when something wanted is not in it, and with what
 * the disk says.
 */
export async function unpackFiles(file: string, tarball: Tarball, into: string): Promise<UnpackedFile[]> {
  const unpacked: UnpackedFile[] = []
  const plain = Readable.toWeb(createReadStream(file).pipe(createGunzip())) as ReadableStream<Uint8Array>
  for await (const { header, body } of plain.pipeThrough(createTarDecoder({ strict: true }))) {
    const path = header.type === 'file' ? placeOf(header.name, tarball) : null
    // What is not wanted is read all the same, or the next entry never comes.
    if (path === null) for await (const _chunk of body);
    else unpacked.push({ path, ...(await write(body, join(into, path))) })
  }
  for (const { from, to } of tarball.takes)
    if (!unpacked.some(({ path }) => path === to || path.startsWith(`${to}/`)))
      throw new LaresError('bad_params', `${tarball.package} ${tarball.version} has no ${from}`)
  return unpacked
}

/** `null`: it is not wanted. */
function placeOf(name: string, { takes }: Tarball): string | null {
  if (!name.startsWith(ROOT) || name.split('/').includes('..')) return null
  const inside = name.slice(ROOT.length)
  for (const { from, to } of takes) {
    if (inside === from) return to
    if (inside.startsWith(`${from}/`)) return `${to}${inside.slice(from.length)}`
  }
  return null
}

async function write(body: ReadableStream<Uint8Array>, file: string): Promise<Omit<UnpackedFile, 'path'>> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o755 })
  const hash = createHash('sha256')
  const to = await open(file, 'wx', 0o644)
  try {
    let bytes = 0
    for await (const chunk of body) {
      hash.update(chunk)
      await to.writeFile(chunk)
      bytes += chunk.length
    }
    await to.datasync()
    return { bytes, sha256: hash.digest('hex') }
  } finally {
    await to.close()
  }
}
