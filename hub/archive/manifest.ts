import { z } from 'zod'
import { cleanText } from '../../shared/clean-text.ts'
import { cutText } from '../../shared/cut-text.ts'
import { LaresError } from '../../shared/errors.ts'

/** The first entry of an archive: what is in it, so that a restore can say no before it writes anything. */
export const MANIFEST = 'manifest.json'
/** The last one: what each entry has to be. Where it is missing the archive has no end. */
export const CHECKSUMS = 'checksums.json'
/** The database among the entries. */
export const DATABASE = 'hub.db'
export const FORMAT = 1
/** Both are read as a whole. A clip has 100 bytes in the second one. */
export const MOST_TEXT_BYTES = 64 << 20

/** Whoever packed it may have written anything, and a person reads it in a terminal. */
const words = (most: number) => z.string().transform((text) => cutText(cleanText(text), most))
/** The last moment that a date can be. https://tc39.es/ecma262/#sec-time-values-and-time-range */
const LAST_MS = 8_640_000_000_000_000

const manifest = z.looseObject({
  format: z.int(),
  /** The version of Lares that made it. */
  version: words(40),
  /** The newest migration of its database. */
  schema: words(100),
  /** ms since 1970 UTC. */
  made_at: z.int().min(0).max(LAST_MS),
  house: words(100),
  /** Of everything behind the manifest, as it was counted before it was read; a recording may have gone since. */
  bytes: z.int().min(0),
  /** How many rows each table has. */
  rows: z.record(z.string().regex(/^\w{1,64}$/), z.int()),
  /** Where the files lay that hub.toml named outside of the data folder, by their names here. */
  places: z.partialRecord(z.enum(['hub.toml', 'keys', 'tls.key', 'tls.crt']), words(300)).default({}),
})

export type Manifest = z.infer<typeof manifest>

const checksums = z.looseObject({
  files: z.array(z.object({ name: z.string(), bytes: z.int(), sha256: z.string() })),
})

export interface EntrySum {
  name: string
  bytes: number
  sha256: string
}

/** Throws `newer_schema` for what a later version wrote, `bad_params` for what is none. */
export function readManifest(text: string, name: string): Manifest {
  const read = manifest.safeParse(parsed(text))
  if (!read.success)
    throw new LaresError('bad_params', `${name} is no archive of a hub: its manifest cannot be read`, { hint: CHOOSE })
  if (read.data.format > FORMAT)
    throw new LaresError('newer_schema', `${name} was made by Lares ${read.data.version}, in a form that came later`, {
      hint: `Install Lares ${read.data.version} or newer, and restore it with that.`,
    })
  return read.data
}

/** Throws `bad_params` when it says nothing. */
export function readChecksums(text: string, name: string): readonly EntrySum[] {
  const read = checksums.safeParse(parsed(text))
  if (!read.success)
    throw new LaresError('bad_params', `${name} is damaged: its checksums cannot be read`, { hint: CHOOSE })
  return read.data.files
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // the schema says of it what it is
  }
}

/** What a person does about an archive that is of no use. */
export const CHOOSE = 'Choose another archive: lares backups list names them. The present database was not touched.'
