import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { DatabaseError, escapeIdentifier, escapeLiteral } from 'pg'
import { inTransaction, type Queryable } from './connect.ts'

const ITERATIONS = 4096

/** A login's group: sites send rows, people read them. */
export type LoginGroup = 'lares_site' | 'lares_person'

/** 192 random bits; letters that need no escape in an address. */
export function newPassword(): string {
  return randomBytes(24).toString('base64url')
}

/**
 * What Postgres stores of a password (RFC 5802, RFC 7677). Sent in its place, so that the password itself stands in no log
 * of the server, whatever it logs.
 */
export function scramVerifier(password: string, salt = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256')
  const keyed = (text: string) => createHmac('sha256', salted).update(text).digest()
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64')
  const server = keyed('Server Key').toString('base64')
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${stored}:${server}`
}

export async function loginExists(db: Queryable, role: string): Promise<boolean> {
  return (await db.query('SELECT FROM pg_catalog.pg_roles WHERE rolname = $1', [role])).rows.length > 0
}

export async function isInGroup(db: Queryable, role: string, group: LoginGroup): Promise<boolean> {
  const { rows } = await db.query(
    `SELECT FROM pg_catalog.pg_auth_members m
     WHERE m.roleid = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $1)
       AND m.member = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $2)`,
    [group, role],
  )
  return rows.length > 0
}

/** Makes a login of a group. Names and passwords cannot be parameters of such statements, so they are quoted here. */
export async function createLogin(db: Queryable, role: string, password: string, group: LoginGroup): Promise<void> {
  const verifier = escapeLiteral(scramVerifier(password))
  await db.query(`CREATE ROLE ${escapeIdentifier(role)} LOGIN PASSWORD ${verifier} IN ROLE ${group}`)
}

export async function changePassword(db: Queryable, role: string, password: string): Promise<void> {
  await db.query(`ALTER ROLE ${escapeIdentifier(role)} PASSWORD ${escapeLiteral(scramVerifier(password))}`)
}

/** Ends a login: it gets in no more and has no rights. The role stays, so that its name still says who it was. */
export async function closeLogin(db: Queryable, role: string, group: LoginGroup): Promise<void> {
  await db.query(`ALTER ROLE ${escapeIdentifier(role)} NOLOGIN PASSWORD NULL`)
  await leaveGroup(db, role, group)
}

export async function joinGroup(db: Queryable, role: string, group: LoginGroup): Promise<void> {
  if (!(await isInGroup(db, role, group))) await db.query(`GRANT ${group} TO ${escapeIdentifier(role)}`)
}

export async function leaveGroup(db: Queryable, role: string, group: LoginGroup): Promise<void> {
  if (await isInGroup(db, role, group)) await db.query(`REVOKE ${group} FROM ${escapeIdentifier(role)}`)
}

/**
 * Ends the open connections of a login. Returns how many, or `null` when the server does not allow it to us; they end then
 * with the next restart of server or hub.
 */
export async function endConnections(db: Queryable, role: string): Promise<number | null> {
  const end = async () => {
    const { rows } = await db.query(
      'SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usename = $1',
      [role],
    )
    return rows.length
  }
  try {
    return await end()
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
  // Who may administer a role without belonging to it becomes a member for a moment. What is rolled back was never granted.
  let ended: number | null = null
  await inTransaction(db, async () => {
    await db.query(`GRANT ${escapeIdentifier(role)} TO CURRENT_USER`)
    ended = await end()
    throw new RollBack()
  }).catch((error: unknown) => {
    if (!(error instanceof RollBack) && !isRefusal(error)) throw error
  })
  return ended
}

class RollBack extends Error {}

/** Whether Postgres did not allow it to this role; also where that was put into words already. */
export function isRefusal(error: unknown): boolean {
  const { cause } = error as { cause?: unknown }
  return [error, cause].some((one) => one instanceof DatabaseError && one.code === '42501')
}
