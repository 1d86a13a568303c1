import { describe, expect, it } from 'vitest'
import { followWork } from '../../../cli/follow-work.ts'
import { backupWork } from '../../../cli/progress/backup-work.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { progressText } from '../../../shared/terminal/progress-line.ts'

const place = (more: object) => ({ place: 'stick', job: 7, phase: null, done: null, total: null, ...more })

/** A hub that answers one look after the other, and what was shown. */
async function follow(
  looks: { state: string; attempts?: number; last_error?: string; share?: object }[],
  isTTY = true,
) {
  const clock = new ManualClock(0)
  let shown = ''
  let look = -1
  const ask = async (area: string) => {
    if (area === 'jobs') {
      look += 1
      const { state, attempts = 1, last_error = null } = looks[look] ?? { state: 'done' }
      return { jobs: [{ id: 7, state, attempts, last_error }] }
    }
    queueMicrotask(() => setImmediate(() => clock.advance(500)))
    return { places: [place(looks[look]?.share ?? {})], checks: [] }
  }
  const outlet = {
    isTTY,
    write(text: string) {
      shown += text
    },
  }
  const code = await followWork(backupWork({ jobs: [{ place: 'stick', job: 7 }] }), { ask, clock, outlet })
  return { code, shown }
}

describe('lares backups make on a terminal', () => {
  it('shows how far it is until it is done', async () => {
    const { code, shown } = await follow([
      { state: 'waiting' },
      { state: 'running', share: { phase: 'packing', done: 410e6, total: 980e6 } },
      { state: 'running', share: { phase: 'reading', done: 980e6, total: 980e6 } },
      { state: 'done' },
    ])
    expect(code).toBe(0)
    expect(shown).toContain('packing [##########              ]  41 %, 410 MB of 980 MB')
    expect(shown).toMatch(/reading \[#{24}\] 100 %/)
    expect(shown.endsWith('\r\x1b[Kstick: done\n')).toBe(true)
  })

  it('says why it is not done, and does not wait for a stick', async () => {
    const { code, shown } = await follow([
      { state: 'running' },
      { state: 'waiting', last_error: 'the stick LARES is not plugged in' },
    ])
    expect(code).toBe(1)
    expect(shown).toBe(
      '\r\x1b[Kstick: running\r\x1b[Kstick: the stick LARES is not plugged in. It is tried again by itself; lares backups places shows it\n',
    )
    expect((await follow([{ state: 'failed', last_error: 'no' }])).code).toBe(1)
  })

  it('waits for the try that was asked for, whatever became of one before', async () => {
    const before = { attempts: 0, last_error: 'the stick LARES is not plugged in' }
    const { code, shown } = await follow([{ state: 'waiting', ...before }, { state: 'done' }])
    expect({ code, shown }).toEqual({ code: 0, shown: '\r\x1b[Kstick: waiting\r\x1b[Kstick: done\n' })
  })

  it('draws no bar where there is no terminal, and writes a line', async () => {
    const { shown } = await follow(
      [{ state: 'running', share: { phase: 'packing', done: 1, total: 2 } }, { state: 'done' }],
      false,
    )
    expect(shown).toBe('packing 50 %, 1 B of 2 B\nstick: done\n')
  })

  it('is a bar of nothing while nobody knows how much it will be', () => {
    expect(progressText('checking', { done: 0, total: 0 })).toBe(`checking [${' '.repeat(24)}]   0 %, 0 B of 0 B`)
  })
})
