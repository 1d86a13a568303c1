import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Agent } from '../../edge/agent.ts'
import { configSchema } from '../../edge/config/schema.ts'
import { systemMachine } from '../../edge/health/machine.ts'
import { openOutboxDatabase } from '../../edge/outbox/open-outbox.ts'
import { Outbox } from '../../edge/outbox/outbox.ts'
import { formatStatus } from '../../edge/status/show-status.ts'
import { systemClock } from '../../shared/clock.ts'
import { silentLog } from '../../shared/log.ts'

const writer = fileURLToPath(new URL('./outbox-writer.ts', import.meta.url))
const OLD_ROWS = 20
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-outbox-log-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A file in order with rows of last week, stopped. */
function fillOld(): void {
  const { db, stamp } = openOutboxDatabase(folder, systemClock, silentLog)
  const outbox = new Outbox({ db, stamp, clock: systemClock, boot: 'b', log: silentLog })
  for (let value = 0; value < OLD_ROWS; value += 1) outbox.readings([{ sensor: 'old', value }])
  outbox.close()
}

/** An agent that writes until its log was moved into the file several times, and is killed. */
async function writeAndKill(): Promise<void> {
  const child = spawn(process.execPath, [writer, folder, '1000'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let lines = 0
  child.stdout.on('data', (text: Buffer) => {
    lines += text.toString().split('\n').length - 1
    if (lines > 500) child.kill('SIGKILL')
  })
  await once(child, 'close')
}

describe('an old outbox.db that is copied by hand over that of an agent that was killed', () => {
  it('comes back with its rows, and the agent says what it set aside', async () => {
    fillOld()
    copyFileSync(join(folder, 'outbox.db'), join(folder, 'kept-by-hand.db'))
    await writeAndKill()
    copyFileSync(join(folder, 'kept-by-hand.db'), join(folder, 'outbox.db'))

    const { db, stamp, memoryFault, setAside } = openOutboxDatabase(folder, systemClock, silentLog)
    expect(memoryFault).toBeNull()
    expect(setAside).toEqual([{ what: 'log', file: expect.stringContaining('outbox.db-wal.foreign-') }])
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    const outbox = new Outbox({ db, stamp, clock: systemClock, boot: 'b', log: silentLog })
    const values = outbox.waiting('backlog', 0, 1_000).map(({ body }) => JSON.parse(body).items[0].value)
    expect(values).toEqual(Array.from({ length: OLD_ROWS }, (_, value) => value))
    outbox.close()

    const agent = new Agent({
      dataFolder: folder,
      config: configSchema.parse({ agent: { default_sensors: false } }),
      configFile: null,
      env: {},
      machine: systemMachine({ clock: systemClock }),
      clock: systemClock,
      log: silentLog,
      boot: 'b',
      version: '0.1.0',
    })
    await agent.start()
    const status = agent.status()
    await agent.stop()
    const shown = formatStatus({ running: true, device: null, name: null, addresses: [], status })
    expect(shown).toContain("missing: outbox: a write-ahead log that is not this outbox's was set aside as")
    expect(shown).toContain('until the file is removed')
  })

  it('leaves its own log alone after a kill', async () => {
    fillOld()
    await writeAndKill()
    const { db, stamp, setAside } = openOutboxDatabase(folder, systemClock, silentLog)
    const outbox = new Outbox({ db, stamp, clock: systemClock, boot: 'b', log: silentLog })
    expect(setAside).toEqual([])
    expect(outbox.waiting('backlog', 0, 10_000).length).toBeGreaterThan(OLD_ROWS + 400)
    outbox.close()
  })
})
