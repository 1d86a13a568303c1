import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { writeDurably } from '../../shared/durable-file.ts'
import { variable } from '../../shared/environment.ts'
import { LaresError } from '../../shared/errors.ts'
import { makeFolder } from '../../shared/make-folder.ts'
import { nearestName } from '../../shared/nearest-name.ts'
import { shellWord } from '../../shared/shell-word.ts'
import { systemTrouble } from '../../shared/system-trouble.ts'
import { authorityOf } from './hub-place.ts'
import { pageTrust } from './page-trust.ts'

const keptHub = z.strictObject({
  /** As this person calls it. */
  name: z.string().min(1).max(100),
  host: z.string().min(1).max(255),
  port: z.int().min(1).max(65_535),
  /** First level of its topics. */
  base: z.string().min(1).max(200),
  trust: pageTrust,
  login: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('session'), email: z.string().max(255), cookie: z.string().max(100) }),
    z.strictObject({ kind: z.literal('token'), user: z.string().max(255), token: z.string().max(1_000) }),
  ]),
  since: z.number(),
})
const keptFile = z.strictObject({
  /** The hub that is asked where none is named and none runs here. */
  usual: z.string().nullable(),
  hubs: z.array(keptHub).max(1_000),
})

/** A hub at which this person is logged in: where it is, by what it is known, and what lets them in. */
export type KeptHub = z.infer<typeof keptHub>
export type KeptHubs = z.infer<typeof keptFile>

const FILE = 'hubs.json'
const MOST_BYTES = 4 * 1024 * 1024
const FOR_OTHERS = 0o077
const WRITABLE_FOR_OTHERS = 0o022

/** `$XDG_CONFIG_HOME/lares`; a relative one is none, as its specification says. */
export function configFolder(): string {
  const home = variable('XDG_CONFIG_HOME')
  return join(home !== undefined && isAbsolute(home) ? home : join(variable('HOME') ?? homedir(), '.config'), 'lares')
}

/** What is kept. Throws `unsafe_key` when anybody else could read or change it, `bad_config` when it is damaged. */
export function readKeptHubs(folder = configFolder()): KeptHubs {
  const file = join(folder, FILE)
  let text: string
  try {
    text = readOwn(folder, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { usual: null, hubs: [] }
    throw systemTrouble(error, file)
  }
  const parsed = keptFile.safeParse(asJson(text))
  if (parsed.success) return parsed.data
  throw new LaresError('bad_config', `${file} is damaged`, {
    hint: `Remove it and log in again: rm ${shellWord(file)}, then lares login HUB.`,
  })
}

/** Writes all of it, whole or not at all, for this user alone. */
export function writeKeptHubs(kept: KeptHubs, folder = configFolder()): void {
  const file = join(folder, FILE)
  try {
    if (!existsSync(folder)) makeFolder(folder, 0o700)
    writeDurably(file, `${JSON.stringify(keptFile.parse(kept), null, 1)}\n`, 0o600)
  } catch (error) {
    throw systemTrouble(error, file)
  }
}

/** Looked at when it is open: what a name leads to may be another file a moment later. */
function readOwn(folder: string, file: string): string {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const { mode, uid, size } = fstatSync(fd)
    const isMine = uid === userInfo().uid
    if (!isMine || (mode & FOR_OTHERS) !== 0)
      throw unsafe(file, isMine ? `chmod 600 ${shellWord(file)}` : `rm ${shellWord(file)}`)
    if ((statSync(folder).mode & WRITABLE_FOR_OTHERS) !== 0) throw unsafe(folder, `chmod 700 ${shellWord(folder)}`)
    return size > MOST_BYTES ? '' : readFileSync(fd, 'utf8')
  } finally {
    closeSync(fd)
  }
}

function unsafe(path: string, command: string): LaresError {
  return new LaresError(
    'unsafe_key',
    `others than you may read or change ${path}, which lets whoever has it into a hub`,
    {
      hint: `For you alone: ${command}. Who may have read it is shut out with lares logout and another lares login.`,
    },
  )
}

/** The one that is called so, or whose address it is. Throws `not_found`. */
export function keptNamed({ hubs }: KeptHubs, name: string): KeptHub {
  const wanted = name.trim()
  const called = hubs.find((one) => one.name === wanted)
  const there = hubs.filter((one) => authorityOf(one) === wanted.toLowerCase() || one.host === wanted.toLowerCase())
  const [found] = called ? [called] : there
  if (found && (called || there.length === 1)) return found
  const names = hubs.map((one) => one.name)
  if (there.length > 1)
    throw new LaresError('bad_params', `several logins are at ${wanted}`, {
      hint: `Name one of them: --hub ${there.map((one) => shellWord(one.name)).join(' or --hub ')}.`,
    })
  const nearest = nearestName(wanted, names)
  const known = nearest === null ? names.map((one) => shellWord(one)).join(', ') : shellWord(nearest)
  throw new LaresError('not_found', `you are not logged in at a hub called ${wanted}`, {
    hint: hubs.length === 0 ? 'Log in first: lares login HUB.' : `There is ${known}; lares logins lists all.`,
  })
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
