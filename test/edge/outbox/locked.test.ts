import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { openOutboxDatabase } from '../../../edge/outbox/open-outbox.ts'
import { Outbox } from '../../../edge/outbox/outbox.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { startLocker } from '../../faults/lib/locker.ts'

describe('an outbox that another program holds', () => {
  it('takes nothing meanwhile, says why, and takes rows again when it is let go', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lares-locked-'))
    const clock = new ManualClock()
    const { db } = openOutboxDatabase(folder, clock, silentLog)
    const outbox = new Outbox({ db, clock, boot: 'b', log: silentLog })
    const other = new Sqlite(join(folder, 'outbox.db'))
    try {
      other.exec('BEGIN IMMEDIATE')
      expect(outbox.event({ type: 'agent_started', severity: 'info' })).toBe('full')
      expect(outbox.fault).toMatchObject({
        code: 'database_locked',
        hint: expect.stringContaining('the agent goes on'),
      })
      other.exec('COMMIT')
      expect(outbox.event({ type: 'agent_started', severity: 'info' })).toBe('stored')
      expect(outbox.fault).toBeNull()
    } finally {
      other.close()
      outbox.close()
      rmSync(folder, { recursive: true })
    }
  })

  it('names the program that holds it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lares-locked-'))
    const { db } = openOutboxDatabase(folder, new ManualClock(), silentLog)
    const outbox = new Outbox({ db, clock: new ManualClock(), boot: 'b', log: silentLog })
    const other = await startLocker(join(folder, 'outbox.db'), 'BEGIN IMMEDIATE')
    try {
      expect(outbox.event({ type: 'agent_started', severity: 'info' })).toBe('full')
      expect(outbox.fault?.message).toContain(`(process ${other.pid})`)
      await other.letGo()
      expect(outbox.event({ type: 'agent_started', severity: 'info' })).toBe('stored')
    } finally {
      await other.letGo()
      outbox.close()
      rmSync(folder, { recursive: true })
    }
  })
})
