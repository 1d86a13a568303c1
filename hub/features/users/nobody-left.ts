import type { Database } from '../../../shared/sqlite/open.ts'
import { ownedAlone, ownerlessWords } from '../house/last-owner.ts'

export const NO_ADMINISTRATOR = ' No administrator is left: only the local socket of this machine administers then.'

export function isLastAdministrator(db: Database, user: string): boolean {
  const administrators = db.prepare("SELECT id FROM users WHERE role = 'admin' AND is_active = 1").pluck().all()
  return administrators.length === 1 && administrators[0] === user
}

/** What else goes with somebody without whom nobody is left to decide, as the end of a sentence that warns. */
export function nobodyLeftWords(db: Database, user: string): string {
  return ownerlessWords(ownedAlone(db, user)) + (isLastAdministrator(db, user) ? NO_ADMINISTRATOR : '')
}
