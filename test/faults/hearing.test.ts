import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { configSchema } from '../../edge/config/schema.ts'
import { Hearing } from '../../edge/parts/hearing.ts'
import { systemClock } from '../../shared/clock.ts'
import { silentLog } from '../../shared/log.ts'
import { FAKE_ARECORD, processesWith, soundEnv } from '../fixtures/fake-sound.ts'

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function setUp() {
  const runtimeFolder = mkdtempSync(join(tmpdir(), 'hearing-'))
  cleanups.push(() => rmSync(runtimeFolder, { recursive: true, force: true }))
  const device = `fake-${randomUUID()}`
  const { microphone } = configSchema.parse({ microphone: { enabled: true, device, trigger: 'button' } })
  const hearing = new Hearing({
    config: microphone,
    runtimeFolder,
    clock: systemClock,
    log: silentLog,
    outbox: { event: () => 'stored' },
    link: { ready: () => true, publish: async () => {} },
    env: soundEnv([FAKE_ARECORD]),
    onState: () => {},
  })
  cleanups.push(() => hearing.stop())
  const recorders = () => processesWith(device).length
  const hears = () => vi.waitFor(() => expect(hearing.health().state).toBe('ok'), { timeout: 30_000 })
  return { hearing, recorders, hears }
}

describe('hearing', () => {
  it('has one recorder after changes that come before the last was done, and none after its stop', async () => {
    const { hearing, recorders, hears } = setUp()
    await hearing.start()
    await hears()
    await Promise.all([
      hearing.setTrigger('voice'),
      hearing.setTrigger('both'),
      hearing.restart(),
      hearing.setTrigger(null),
    ])
    await hears()
    expect(recorders()).toBe(1)
    const changes = [hearing.restart(), hearing.setTrigger('voice')]
    await hearing.stop()
    await Promise.all(changes)
    expect(recorders()).toBe(0)
    expect(hearing.health().state).toBe('unavailable')
  }, 120_000)

  it('goes by the last of several wishes', async () => {
    const { hearing, recorders, hears } = setUp()
    await hearing.start()
    void hearing.setTrigger('voice')
    await hearing.setTrigger('button')
    await hears()
    expect(recorders()).toBe(1)
  }, 120_000)
})
