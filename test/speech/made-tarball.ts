import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { packTar, type TarEntry } from 'modern-tar'
import type { SpeechComponent, Tarball } from '../../speech/packages/speech-component.ts'

export interface MadeTarball {
  tarball: Tarball
  file: Buffer
}

/** A tarball as npm makes them, of these files below `package/`, with what is wanted of it. */
export async function madeTarball(
  files: Readonly<Record<string, string | Uint8Array>>,
  { name = '@somebody/model', takes, more = [] }: { name?: string; takes: Tarball['takes']; more?: TarEntry[] },
): Promise<MadeTarball> {
  const entries = Object.entries(files).map(([path, body]): TarEntry => {
    const bytes = Buffer.from(body as string)
    return { header: { name: `package/${path}`, size: bytes.length, type: 'file' }, body: bytes }
  })
  const file = gzipSync(await packTar([...entries, ...more]))
  const sha256 = createHash('sha256').update(file).digest('hex')
  return {
    file,
    tarball: { package: name, version: '1.2.3', sha256, bytes: file.length, licence: 'MIT', owner: 'Somebody', takes },
  }
}

export function componentOf(...tarballs: Tarball[]): SpeechComponent {
  return { name: 'model', version: '1.2.3', says: 'is a model', tarballs }
}
