import { describe, expect, it } from 'vitest'
import { Health } from '../../../hub/health/hub-health.ts'
import { WebServer } from '../../../hub/web/server.ts'
import { hintFor } from '../../../shared/errors.ts'
import { healthWords } from '../../../shared/health-words.ts'
import { silentLog } from '../../../shared/log.ts'

const NOW = Date.UTC(2026, 0, 1)

describe('the health of the hub', () => {
  it('is as bad as its worst problem, and names that first', () => {
    const health = new Health()
    const report = () => health.report(NOW, true)
    expect(report().state).toBe('ok')
    health.raise('central', 'central_away', 'central does not answer', { weight: 'note' })
    expect(report().state).toBe('ok')
    health.raise('backup', 'disk_error', 'the backup failed')
    expect(report().state).toBe('attention')
    health.raise('disk', 'disk_full', 'the disk is full', { weight: 'serious' })
    expect(report().state).toBe('degraded')
    expect(report().problems.map(({ code }) => code)).toEqual(['disk_full', 'disk_error', 'central_away'])
    health.clear('disk')
    health.clear('backup')
    expect(report().state).toBe('ok')
  })

  it('is not said again for a long message that stays the same', () => {
    const health = new Health()
    let said = 0
    health.onChange = () => {
      said += 1
    }
    for (let time = 0; time < 2; time += 1) health.raise('device', 'identity_shared', 'a sensor fails; '.repeat(50))
    expect(said).toBe(1)
  })

  it('says the remedy that the place knows, else that of the code, and says it again when it is another', () => {
    const health = new Health()
    let said = 0
    health.onChange = () => {
      said += 1
    }
    const hints = () => health.report(NOW, true).problems.map(({ hint }) => hint)
    health.raise('secrets', 'unsafe_key', 'k1 holds no whole key', { hint: 'Put it back from a copy.' })
    expect([hints(), said]).toEqual([['Put it back from a copy.'], 1])
    health.raise('secrets', 'unsafe_key', 'k1 holds no whole key')
    expect([hints(), said]).toEqual([[hintFor('unsafe_key')], 2])
  })

  it('is said again when a problem gets worse, not when it stays the same', () => {
    const health = new Health()
    let said = 0
    health.onChange = () => {
      said += 1
    }
    health.raise('disk_space', 'disk_space_low', '86 %', { weight: 'note' })
    health.raise('disk_space', 'disk_space_low', '86 %', { weight: 'note' })
    health.raise('disk_space', 'disk_space_low', '86 %', { weight: 'attention' })
    expect(said).toBe(2)
  })

  it('answers a watcher 503 only when nothing can be stored, and a person in words', async () => {
    const health = new Health()
    const report = () => health.report(NOW, true)
    const web = new WebServer({
      listen: '127.0.0.1:0',
      log: silentLog,
      health: report,
      metrics: async () => ({ type: '', text: '' }),
    })
    await web.start()
    const status = async () => (await fetch(`http://127.0.0.1:${web.port}/health`)).status
    try {
      expect(await status()).toBe(200)
      health.raise('clock', 'clock_unsynced', 'no time source')
      expect([await status(), healthWords(report(), NOW)]).toEqual([200, expect.stringContaining('needs attention')])
      health.raise('disk', 'disk_full', 'the disk is full', { weight: 'serious' })
      expect([await status(), healthWords(report(), NOW)]).toEqual([503, expect.stringContaining('cannot store')])
    } finally {
      await web.stop()
    }
  })
})
