import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from './clock.ts'
import { writeDurably } from './durable-file.ts'
import { asError, LaresError } from './errors.ts'
import { type Log, silentLog } from './log.ts'

const FILE = 'hub.ports.json'
const RETRY_MS = 10_000

const schema = z.object({
  pid: z.number(),
  tls: z.number(),
  plain: z.number(),
  http: z.number(),
  /** The page. Older hubs had none. */
  https: z.number().optional(),
  /** Where this machine asks for health. */
  host: z.string(),
  /** Absolute path of the local socket. */
  socket: z.string(),
  /** First level of every topic. Older hubs did not say. */
  base: z.string().default('lares'),
  /** SHA-256 of the hub's public key, base64url. */
  pin: z.string(),
})

/** Where a running hub listens, for the other programs of its machine. */
export type HubPorts = z.infer<typeof schema>

/**
 * Writes the file, now or as soon as the disk takes it: whoever looks for the hub finds it by this, but the hub runs
 * without. Never throws. What an earlier hub wrote stays until then, and is nearly always the same.
 */
export function keepHubPorts(parts: { folder: string; ports: HubPorts; clock: Clock; log: Log }): void {
  const { folder, ports, clock, log } = parts
  try {
    writeHubPorts(folder, ports)
  } catch (error) {
    log.warn({ error: asError(error).message }, `${FILE} cannot be written now; the command line may not find this hub`)
    clock.after(RETRY_MS, () => keepHubPorts({ ...parts, log: silentLog }))
  }
}

/** Writes the file into the hub's data folder, readable by its group. Whoever reads finds a whole file. */
export function writeHubPorts(folder: string, ports: HubPorts): void {
  const file = join(folder, FILE)
  writeDurably(file, `${JSON.stringify(ports)}\n`, 0o640)
}

/**
 * What the hub that last ran in this data folder wrote, or `null` when none did or the file is not for this user.
 * Throws `bad_config` when the file is damaged.
 */
export function readHubPorts(folder: string): HubPorts | null {
  const file = join(folder, FILE)
  if (!existsSync(file)) return null
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return null
    throw error
  }
  const parsed = schema.safeParse(asJson(text))
  if (parsed.success) return parsed.data
  throw new LaresError('bad_config', `${file} is damaged`, { hint: 'Restart the hub: it writes the file anew.' })
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
