import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { LaresError } from '../../../shared/errors.ts'

/** At most two at once: each takes 46 MiB and a core. More wait here, and beyond twenty are told to come back. */
const AT_ONCE = 2
const WAITING = 20

/** OWASP's first choice for argon2id: 46 MiB, one pass, one lane. */
const COST = { memory: 47_104, passes: 1, parallelism: 1, tagLength: 32 } as const

const SALT_BYTES = 16
const PHC = new RegExp(
  `^\\$argon2id\\$v=19\\$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}\\$(?<salt>[A-Za-z0-9+/]+)\\$(?<tag>[A-Za-z0-9+/]+)$`,
)

const derive = promisify(argon2)
let running = 0
const waiting: (() => void)[] = []

/** The password as a PHC string. Runs in a thread of its own, off the event loop. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const tag = await derived(password, salt)
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${base64(salt)}$${base64(tag)}`
}

/** Whether it is the password of a PHC string of ours. Takes as long where there is none, so that nobody learns who has an account. */
export async function verifyPassword(password: string, phc: string | null): Promise<boolean> {
  const kept = phc === null ? null : PHC.exec(phc)?.groups
  const salt = kept ? Buffer.from(kept.salt ?? '', 'base64') : randomBytes(SALT_BYTES)
  const tag = await derived(password, salt)
  const expected = kept ? Buffer.from(kept.tag ?? '', 'base64') : Buffer.alloc(0)
  return expected.length === tag.length && timingSafeEqual(expected, tag)
}

async function derived(password: string, nonce: Buffer): Promise<Buffer> {
  if (running >= AT_ONCE) {
    if (waiting.length >= WAITING) throw new LaresError('busy', 'too many passwords are being checked at once')
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  running += 1
  try {
    return await derive('argon2id', { message: password, nonce, ...COST })
  } finally {
    running -= 1
    waiting.shift()?.()
  }
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
