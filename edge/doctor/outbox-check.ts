import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { asError } from '../../shared/errors.ts'
import { isCorruption, openDatabase } from '../../shared/sqlite/open.ts'
import { outboxRows } from '../outbox/rows.ts'
import type { Finding } from './findings.ts'
import { ok, problem, problemTold, skipped } from './findings.ts'
import type { DoctorOptions } from './options.ts'

export async function checkOutbox({ dataFolder, status }: DoctorOptions): Promise<Finding[]> {
  const file = join(dataFolder, 'outbox.db')
  if (!existsSync(file)) return [skipped('outbox', 'there is none yet: the agent makes it at its first start')]
  const said = status?.missing.find(({ part }) => part === 'outbox')
  if (said) return [problemTold(said)]
  try {
    return checkFile(file)
  } catch (error) {
    // What is no database at all is found out before its content is looked at.
    if (!isCorruption(error)) throw error
    return [damaged(asError(error).message)]
  }
}

const damaged = (why: string) =>
  problem('outbox', `damaged: ${why}`, 'Restart the agent: it sets the file aside and goes on.')

function checkFile(file: string): Finding[] {
  const db = openDatabase({ file, readonly: true })
  try {
    const verdict = db.pragma('quick_check', { simple: true })
    if (verdict !== 'ok') return [damaged(String(verdict))]
    const rows = outboxRows(db)
    const { rows: waiting, bytes } = rows.total()
    const dropped = rows.state()?.dropped ?? 0
    const parked = rows.totalParked()
    const says = `${waiting} messages wait, ${Math.ceil(bytes / 1024)} KB`
    if (parked > 0)
      return [
        problem(
          'outbox',
          `${says}; ${parked} ended connections and are set aside`,
          'Restart the agent, which sends them again. If they are set aside once more, report it: lares diagnose makes the file for that.',
        ),
      ]
    return [ok('outbox', dropped > 0 ? `${says}; ${dropped} were dropped for lack of room` : says)]
  } finally {
    db.close()
  }
}
