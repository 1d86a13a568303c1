import { LaresError } from '../../../shared/errors.ts'
import { crockford } from '../../../shared/ids.ts'
import { CLOCK_STEP_MS, SETUP_CODE } from '../../../shared/limits.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import { hashSecret, sameHash } from '../devices/joining.ts'

const SELECTOR_LENGTH = 6
const VERIFIER_LENGTH = 26
/** What goes for each of these faults. */
const ANOTHER = 'Make another link on the machine of the hub: sudo lares setup.'

interface SetupCodeRow {
  id: string
  code_hash: string
  tries: number
  expires_at: number
  used_at: number | null
}

/** Makes the code of a link, which is kept nowhere, and takes every other one away. */
export function makeSetupCode({ db, now, random }: Context): { code: string; expiresAt: number } {
  db.prepare('DELETE FROM setup_codes').run()
  const selector = crockford(SELECTOR_LENGTH, random)
  const code = selector + crockford(VERIFIER_LENGTH, random)
  const expiresAt = now + SETUP_CODE.ageMs
  db.prepare('INSERT INTO setup_codes (id, code_hash, expires_at, created_at) VALUES (?, ?, ?, ?)').run(
    selector,
    hashSecret(code),
    expiresAt,
    now,
  )
  return { code, expiresAt }
}

/** Whether nobody who administers this hub can log in at its page. */
export function isWithoutOwner(db: Database): boolean {
  const owner = "SELECT 1 FROM users WHERE role = 'admin' AND is_active = 1 AND hashed_password IS NOT NULL"
  return db.prepare(owner).get() === undefined
}

/** The row of a code that is good. A wrong one for a link that exists counts as a try, and five burn it. */
export function checkSetupCode(context: Context, code: string): SetupCodeRow | LaresError {
  const { db, now } = context
  const wrong = () => new LaresError('bad_code', 'this hub made no such link', { hint: ANOTHER })
  const row = db.prepare('SELECT * FROM setup_codes WHERE id = ?').get(code.slice(0, SELECTOR_LENGTH)) as
    | SetupCodeRow
    | undefined
  if (!row) return wrong()
  if (row.tries >= SETUP_CODE.tries)
    return new LaresError('code_used', `this link was tried ${row.tries} times`, { hint: ANOTHER })
  if (!sameHash(row.code_hash, hashSecret(code))) {
    db.prepare('UPDATE setup_codes SET tries = tries + 1 WHERE id = ?').run(row.id)
    return wrong()
  }
  if (row.used_at !== null)
    return new LaresError('code_used', 'this link was used already', {
      hint: `If that was you, log in with your e-mail address and password. ${ANOTHER}`,
    })
  // One that would be good for longer than any was made under a clock that was ahead.
  const left = row.expires_at - now
  if (left > 0 && left <= SETUP_CODE.ageMs + CLOCK_STEP_MS) return row
  return new LaresError('code_expired', 'this link is older than an hour', { hint: ANOTHER })
}
