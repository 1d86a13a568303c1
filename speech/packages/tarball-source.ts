import { createReadStream, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { LaresError } from '../../shared/errors.ts'
import { isSystemTrouble, systemTrouble } from '../../shared/system-trouble.ts'
import type { Tarball } from './speech-component.ts'

/** Bytes of a file from a place on. */
export interface OpenedTarball {
  /** Where they begin: 0 where the source does not begin in the middle. */
  from: number
  bytes: AsyncIterable<Uint8Array>
}

/** Where tarballs come from. */
export interface TarballSource {
  /** Rejects with `unreachable` when it cannot be had now, with `not_found` when it is not there. */
  open(tarball: Tarball, from: number, signal: AbortSignal): Promise<OpenedTarball>
}

/** What npm calls the file, at a registry and where `npm pack` puts it. */
export function fileNameOf({ package: name, version }: Tarball): string {
  return `${basename(name)}-${version}.tgz`
}

/** The registry that npm uses on this machine, or another one by its address. Whom the machine trusts is trusted, as by all else on it. */
export async function registrySource(mirror?: string): Promise<TarballSource> {
  trustAsMachine()
  const base = readAddress(mirror ?? (await import('registry-url')).default())
  return {
    open: (tarball, from, signal) =>
      ask(new URL(`${tarball.package}/-/${fileNameOf(tarball)}`, base), { from, signal }),
  }
}

/** Node brings a list of its own, and a network with an authority of its own is in that of the machine alone. */
function trustAsMachine(): void {
  setDefaultCACertificates([...new Set([...getCACertificates('default'), ...getCACertificates('system')])])
}

async function ask(url: URL, { from, signal }: { from: number; signal: AbortSignal }): Promise<OpenedTarball> {
  const headers: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {}
  const response = await fetch(url, { signal, headers }).catch((error: Error) => {
    throw signal.aborted ? error : cannotReach(url, causeOf(error), error)
  })
  if (response.ok && response.body)
    return { from: response.status === 206 ? from : 0, bytes: bytesOf(response.body, { url, signal }) }
  await response.body?.cancel()
  throw cannotReach(url, `it answers ${response.status}`)
}

/** A folder in which somebody put them, for machines without a network. */
export function folderSource(folder: string): TarballSource {
  return {
    open(tarball, from) {
      // `npm pack` writes the scope too.
      const scoped = `${tarball.package.replace('@', '').replace('/', '-')}-${tarball.version}.tgz`
      const file = [scoped, fileNameOf(tarball)].map((name) => join(folder, name)).find(isFile)
      if (file === undefined)
        throw new LaresError('not_found', `${folder} has no ${scoped}`, {
          hint: `On a machine with a network: npm pack ${tarball.package}@${tarball.version}; then bring the file here.`,
        })
      return Promise.resolve({ from, bytes: createReadStream(file, { start: from }) })
    },
  }
}

function isFile(file: string): boolean {
  try {
    return statSync(file).isFile()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw isSystemTrouble(error) ? systemTrouble(error, file) : error
  }
}

function readAddress(address: string): URL {
  try {
    const url = new URL(address.endsWith('/') ? address : `${address}/`)
    if (url.protocol === 'https:' || url.protocol === 'http:') return url
  } catch {
    // Said below.
  }
  throw new LaresError('bad_params', `${address} is no address of a registry`, {
    hint: 'It begins with https://, as npm config get registry prints it.',
  })
}

/** Bytes as they come; a connection that ends in the middle is `unreachable`, and what came is kept. */
async function* bytesOf(body: ReadableStream<Uint8Array>, { url, signal }: { url: URL; signal: AbortSignal }) {
  try {
    for await (const chunk of body) yield chunk
  } catch (error) {
    throw signal.aborted ? error : cannotReach(url, causeOf(error as Error), error as Error)
  }
}

function cannotReach({ host }: URL, why: string, cause?: Error): LaresError {
  return new LaresError('unreachable', `${host} cannot be reached: ${why}`, {
    cause,
    hint: 'Run the same command again: it goes on where it stopped.',
  })
}

/** fetch says nothing itself; what happened stands below. */
function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message
}
