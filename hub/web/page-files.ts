import { createReadStream, type Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'

/** Where the page lies once it was built. */
export const PAGE_FOLDER = fileURLToPath(new URL('../../web/dist/', import.meta.url))

/** What is said in place of a page that was not built. */
export const NO_PAGE = 'The page of this hub has not been built: run scripts/page in its folder, and load this again.\n'

const TYPES: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.mjs', 'text/javascript; charset=utf-8'],
  ['.json', 'application/json'],
  ['.webmanifest', 'application/manifest+json'],
  ['.txt', 'text/plain; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.jpg', 'image/jpeg'],
  ['.webp', 'image/webp'],
  ['.ico', 'image/x-icon'],
  ['.woff2', 'font/woff2'],
  ['.mp3', 'audio/mpeg'],
  ['.ogg', 'audio/ogg'],
  ['.wav', 'audio/wav'],
  ['.wasm', 'application/wasm'],
])

/** Levels that begin with a dot are none of a page: neither hidden files nor the way out of its folder. */
const PATH = /^(?:\/[A-Za-z0-9_@~+-][A-Za-z0-9._@~+-]*)*\/?$/
/** A name with a hash of its content, as `/assets/app-4f2a9c01.js`: what is behind it never changes. */
const HASHED = /^\/assets\/.*[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$/
const BESIDE = [
  { encoding: 'br', end: '.br' },
  { encoding: 'gzip', end: '.gz' },
] as const

interface PageFile {
  path: string
  stats: Stats
  type: string
  isHashed: boolean
}

/** The files of the page, read when they are asked for: a page that is built while the hub runs is there at once. */
export class PageFiles {
  #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Answers a GET or HEAD. A path without an extension is a place within the page, which its `index.html` finds itself. */
  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const found = await this.#find(path)
    if (found === null) {
      const isMissing = (await this.#look('/index.html')) === null
      response.writeHead(isMissing ? 503 : 404, {
        'Content-Type': 'text/plain; charset=utf-8',
        'Cache-Control': 'no-store',
      })
      response.end(isMissing ? NO_PAGE : 'There is no such file.\n')
      return
    }
    const { encoding, file } = await packed(found, String(request.headers['accept-encoding'] ?? ''))
    // Of the file itself, whichever encoding is sent.
    const tag = `W/"${found.stats.size.toString(36)}-${Math.trunc(found.stats.mtimeMs).toString(36)}"`
    const headers: Record<string, string | number> = {
      'Content-Type': found.type,
      'Cache-Control': found.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      Vary: 'Accept-Encoding',
      ETag: tag,
    }
    if (request.headers['if-none-match'] === tag) {
      response.writeHead(304, headers).end()
      return
    }
    if (encoding !== null) headers['Content-Encoding'] = encoding
    headers['Content-Length'] = file.stats.size
    response.writeHead(200, headers)
    if (request.method === 'HEAD') response.end()
    else await pipeline(createReadStream(file.path), response)
  }

  async #find(path: string): Promise<PageFile | null> {
    if (!PATH.test(path)) return null
    return extname(path) === '' ? this.#look('/index.html') : this.#look(path)
  }

  async #look(path: string): Promise<PageFile | null> {
    const file = join(this.#folder, path)
    const stats = await statsOf(file)
    if (stats === null) return null
    const end = extname(path)
    return { path: file, stats, type: TYPES.get(end) ?? 'application/octet-stream', isHashed: HASHED.test(path) }
  }
}

/** The file, or the one beside it that was packed from it and that the browser takes. An older one was packed from another. */
async function packed(
  found: PageFile,
  accepts: string,
): Promise<{ encoding: string | null; file: Pick<PageFile, 'path' | 'stats'> }> {
  const taken = accepts
    .toLowerCase()
    .split(',')
    .map((one) => one.trim())
    .filter((one) => !/;\s*q=0(?:\.0*)?$/.test(one))
    .map((one) => one.split(';')[0]?.trim())
  for (const { encoding, end } of BESIDE) {
    if (!taken.includes(encoding)) continue
    const stats = await statsOf(found.path + end)
    if (stats !== null && stats.mtimeMs >= found.stats.mtimeMs)
      return { encoding, file: { path: found.path + end, stats } }
  }
  return { encoding: null, file: found }
}

async function statsOf(file: string): Promise<Stats | null> {
  try {
    const stats = await stat(file)
    return stats.isFile() ? stats : null
  } catch {
    return null
  }
}
