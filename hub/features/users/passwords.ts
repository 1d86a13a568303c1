import { argon2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { LaresError } from '../../../shared/errors.ts'

/** At most two at once: each takes 46 MiB and a core. More wait here, and beyond twenty are told to come back. */
const AT_ONCE = 2
const WAITING = 20

/** OWASP's first choice for argon2id: 46 MiB, one pass, one lane. */
const COST = { memory: 47_104, passes: 1, parallelism: 1, tagLength: 32 } as const

const derive = promisify(argon2)
let running = 0
const waiting: (() => void)[] = []

/** The password as a PHC string. Runs in a thread of its own, off the event loop. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const tag = await derived(password, salt)
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${base64(salt)}$${base64(tag)}`
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
