import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../shared/sqlite/open.ts'

const run = promisify(execFile)
const DEMO = join(import.meta.dirname, '../../scripts/demo')

describe('scripts/demo --once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lares-demo-test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('brings heartbeats, readings and a spoken sentence of two agents to the disk, and says how many', async () => {
    const { stdout } = await run(DEMO, ['--once', '--data', folder, '--seconds', '240'], { timeout: 280_000 })
    const counts = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, number | boolean>
    expect(counts).toMatchObject({ ok: true, devices: 2, duplicates: 0, rejected: 0 })
    const db = openDatabase({ file: join(folder, 'hub/hub.db'), readonly: true })
    try {
      const count = (sql: string) => db.prepare(sql).pluck().get() as number
      // The hub went on for a moment after it was asked.
      expect(count('SELECT count(*) FROM readings')).toBeGreaterThanOrEqual(Number(counts.readings))
      expect(counts.readings).toBeGreaterThan(3)
      expect(counts.heartbeats).toBeGreaterThanOrEqual(2)
      expect(
        count("SELECT count(*) FROM audio_clips WHERE completeness = 'complete' AND duration_ms > 1000"),
      ).toBeGreaterThanOrEqual(1)
      expect(count("SELECT count(*) FROM devices WHERE device_type IN ('raspberry_pi', 'smart_speaker')")).toBe(2)
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    } finally {
      db.close()
    }
  })
})
