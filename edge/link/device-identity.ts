import { readFileSync, statSync, unlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { describeIssues } from '../../shared/codec.ts'
import { writeDurably } from '../../shared/durable-file.ts'
import { LaresError } from '../../shared/errors.ts'
import { isDeviceId } from '../../shared/ids.ts'
import { shellWord } from '../../shared/shell-word.ts'
import { syncFolder } from '../../shared/sync-file.ts'
import { systemTrouble } from '../../shared/system-trouble.ts'

const identitySchema = z.strictObject({
  device: z.string().refine(isDeviceId, 'is no device id'),
  /** 256 random bits, base64url. Known to this file and, hashed, to the hub. */
  secret: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** `host:port`, tried in order. */
  addresses: z
    .array(z.string().regex(/^.+:\d{1,5}$/))
    .min(1)
    .max(8),
  /** SHA-256 of the hub certificate's public key (SPKI, DER), base64url. */
  pin: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  base: z.string().min(1),
  name: z.string(),
  joined_at: z.int().min(0),
})

/** Who this agent is, and how it knows its hub. */
export type DeviceIdentity = z.infer<typeof identitySchema>

export function identityFile(dataFolder: string): string {
  return join(dataFolder, 'identity.json')
}

/** The identity in the data folder, or `null` when this agent has not joined. Throws `bad_config` for a damaged file. */
export function readDeviceIdentity(dataFolder: string): DeviceIdentity | null {
  const file = identityFile(dataFolder)
  const text = readIfThere(file)
  if (text === null) return null
  if ((statSync(file).mode & 0o077) !== 0)
    throw new LaresError('bad_config', `others may read ${file}, which holds this device's secret`, {
      hint: `chmod 600 ${shellWord(file)}, and join again with --again if somebody may have read it.`,
    })
  return parse(identitySchema, text, file)
}

export function writeDeviceIdentity(dataFolder: string, identity: DeviceIdentity): void {
  writeDurably(identityFile(dataFolder), `${JSON.stringify(identitySchema.parse(identity), null, 2)}\n`)
}

const pendingSchema = z.strictObject({
  /** SHA-256 of the invitation's code, so that another invitation gets another secret. */
  invitation: z.string(),
  secret: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
})

/** A secret that was made for an invitation and may have been sent. */
export type PendingJoin = z.infer<typeof pendingSchema>

const pendingFile = (dataFolder: string) => join(dataFolder, 'joining.json')

export function readPendingJoin(dataFolder: string): PendingJoin | null {
  const text = readIfThere(pendingFile(dataFolder))
  if (text === null) return null
  return parse(pendingSchema, text, pendingFile(dataFolder))
}

export function writePendingJoin(dataFolder: string, pending: PendingJoin): void {
  writeDurably(pendingFile(dataFolder), JSON.stringify(pending))
}

/** Forgets the pending secret. Safe to call when there is none. */
export function clearPendingJoin(dataFolder: string): void {
  if (readIfThere(pendingFile(dataFolder)) === null) return
  unlinkSync(pendingFile(dataFolder))
  syncFolder(dirname(pendingFile(dataFolder)))
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw systemTrouble(error, file)
  }
}

function parse<S extends z.ZodType>(schema: S, text: string, file: string): z.infer<S> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // the parser's message would quote the file, and the file holds a secret
    throw damaged(file, 'it is not JSON')
  }
  const result = schema.safeParse(json)
  if (!result.success) throw damaged(file, describeIssues(result.error))
  return result.data
}

function damaged(file: string, why: string): LaresError {
  return new LaresError('bad_config', `${file} is damaged: ${why}`, {
    hint: 'Move the file away and join again: lares edge join <token>.',
  })
}
