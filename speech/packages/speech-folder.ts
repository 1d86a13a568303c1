import { createHash } from 'node:crypto'
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { writeDurably } from '../../shared/durable-file.ts'
import { LaresError } from '../../shared/errors.ts'
import { giveToOwnerOf } from '../../shared/give-to-owner.ts'
import { syncFolder } from '../../shared/sync-file.ts'
import { type FetchProgress, fetchTarball } from './fetch-tarball.ts'
import { licenceText } from './licence-text.ts'
import { downloadBytes, folderName, type SpeechComponent } from './speech-component.ts'
import type { TarballSource } from './tarball-source.ts'
import { type UnpackedFile, unpackFiles } from './unpack-files.ts'

const CONTENTS = 'contents.json'
const LICENCES = 'LICENCES'
/** What is being fetched, and goes on there after an interruption. */
const FETCHED = '.fetched'
/** Unpacked files are about as large as their tarballs; both lie there for a moment. */
const ROOM = 2.2

const contentsSchema = z.object({
  files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
})

/** What is wrong with a component. */
export type Fault = 'missing' | 'changed'

export interface InstallOptions {
  source: TarballSource
  progress: (what: string) => FetchProgress
  signal: AbortSignal
}

/** Models and what runs them, in the data folder. A component is there as a whole or not at all. */
export class SpeechFolder {
  readonly folder: string

  constructor(dataFolder: string) {
    this.folder = join(dataFolder, 'speech')
  }

  pathOf(component: SpeechComponent): string {
    return join(this.folder, folderName(component))
  }

  /** Whether it is there with files of the right lengths: quick, for each start. `null`: it is. */
  lookAt(component: SpeechComponent): Fault | null {
    const contents = this.#contents(component)
    if (contents === null) return 'missing'
    const wrong = contents.find(({ path, bytes }) => sizeOf(join(this.pathOf(component), path)) !== bytes)
    return wrong === undefined ? null : 'changed'
  }

  /** Reads every byte of it. Resolves with the first file that is another than was unpacked; `null`: none is. */
  async check(component: SpeechComponent): Promise<string | null> {
    for (const { path, bytes, sha256 } of this.#contents(component) ?? []) {
      const file = join(this.pathOf(component), path)
      if (sizeOf(file) !== bytes) return path
      const hash = createHash('sha256')
      for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
      if (hash.digest('hex') !== sha256) return path
    }
    return null
  }

  /** Fetches it, and puts it in its place when all of it is there. Its tarballs stay for another until `tidy`. Rejects as `fetchTarball` and `unpackFiles` do. */
  async install(component: SpeechComponent, { source, progress, signal }: InstallOptions): Promise<void> {
    const fetched = join(this.folder, FETCHED)
    mkdirSync(fetched, { recursive: true, mode: 0o755 })
    this.#needRoom(component)
    const unpacked = join(this.folder, `.${folderName(component)}.unpacked`)
    rmSync(unpacked, { recursive: true, force: true })
    const files: UnpackedFile[] = []
    for (const tarball of component.tarballs) {
      const what = progress(`${tarball.package} ${tarball.version}`)
      const file = await fetchTarball(tarball, { folder: fetched, source, progress: what, signal })
      files.push(...(await unpackFiles(file, tarball, unpacked)))
    }
    writeDurably(join(unpacked, LICENCES), licenceText(component), 0o644)
    writeDurably(join(unpacked, CONTENTS), JSON.stringify({ files }), 0o644)
    this.#give(unpacked)
    const place = this.pathOf(component)
    rmSync(place, { recursive: true, force: true })
    renameSync(unpacked, place)
    syncFolder(this.folder)
  }

  /** Removes what no component of these is: earlier versions, another size, what was left of an interruption. */
  tidy(kept: readonly SpeechComponent[]): void {
    if (!existsSync(this.folder)) return
    const names = new Set(kept.map(folderName))
    for (const entry of readdirSync(this.folder, { withFileTypes: true }))
      if (entry.isDirectory() && !names.has(entry.name))
        rmSync(join(this.folder, entry.name), { recursive: true, force: true })
  }

  #contents(component: SpeechComponent): UnpackedFile[] | null {
    try {
      const text = readFileSync(join(this.pathOf(component), CONTENTS), 'utf8')
      return contentsSchema.parse(JSON.parse(text)).files
    } catch {
      // Not there, or not whole: it is fetched anew.
      return null
    }
  }

  #needRoom(component: SpeechComponent): void {
    const { bavail, bsize } = statfsSync(this.folder)
    const needed = Math.ceil(downloadBytes(component) * ROOM)
    if (bavail * bsize < needed)
      throw new LaresError(
        'disk_full',
        `${component.name} needs ${Math.ceil(needed / 1e6)} MB free in ${this.folder}`,
        {
          hint: 'Free space there, and run it again. Nothing was changed.',
        },
      )
  }

  #give(folder: string): void {
    const parent = join(this.folder, '..')
    giveToOwnerOf(parent, this.folder)
    giveToOwnerOf(parent, folder)
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      giveToOwnerOf(parent, join(folder, name))
  }
}

/** -1: it is not there. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? -1
}
