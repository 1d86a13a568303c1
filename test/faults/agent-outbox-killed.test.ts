import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { openOutboxDatabase } from '../../edge/outbox/open-outbox.ts'
import { Outbox } from '../../edge/outbox/outbox.ts'
import { systemClock } from '../../shared/clock.ts'
import { silentLog } from '../../shared/log.ts'

const ROUNDS = 10
const writer = fileURLToPath(new URL('./outbox-writer.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'lares-killed-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Lets the writer run until it has said so many numbers, then kills it in the middle of whatever it does. */
function killAfter(lines: number, first: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [writer, folder, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString()
      if (said.split('\n').length > lines) child.kill('SIGKILL')
    })
    child.once('error', reject)
    child.once('close', () => {
      const whole = said.slice(0, said.lastIndexOf('\n')).split('\n')
      resolve(whole.filter((line) => line !== '').map(Number))
    })
  })
}

describe('an agent that is killed while it writes', () => {
  it('has on its disk everything it said it had stored, with numbers that only ascend, ten times over', async () => {
    let promised: number[] = []
    let epoch: string | null = null
    for (let round = 0; round < ROUNDS; round += 1) {
      const said = await killAfter(1 + Math.floor(Math.random() * 400), (promised.at(-1) ?? -1) + 1_000)
      promised = [...promised, ...said]
      const { db, stamp, memoryFault, setAside } = openOutboxDatabase(folder, systemClock, silentLog)
      expect({ memoryFault, setAside }).toEqual({ memoryFault: null, setAside: [] })
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
      const outbox = new Outbox({ db, stamp, clock: systemClock, boot: 'boot-1', log: silentLog })
      epoch ??= outbox.epoch
      expect(outbox.epoch).toBe(epoch)
      const rows = outbox.waiting('backlog', 0, 1_000_000)
      const stored = new Set(rows.map((row) => JSON.parse(row.body).items[0].value))
      expect(promised.filter((value) => !stored.has(value))).toEqual([])
      expect(stored.size).toBe(rows.length)
      expect(outbox.status().rows).toBe(rows.length)
      outbox.close()
    }
    expect(promised.length).toBeGreaterThan(ROUNDS)
  })
})
