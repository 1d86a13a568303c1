import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { runEdge } from '../../edge/main.ts'
import { parseEdgeOptions } from '../../edge/options.ts'
import { describeStatus, formatStatus } from '../../edge/show-status.ts'
import { ManualClock } from '../../shared/clock.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-main-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.restoreAllMocks())

function captured() {
  const said = { out: '', fault: '' }
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said.out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.fault += String(text)
    return true
  })
  return said
}

describe('lares edge', () => {
  it('shows its help when it is asked nothing', async () => {
    const said = captured()
    expect(await runEdge([], {})).toBe(0)
    expect(said.out).toContain('lares edge join <token>')
  })

  it('refuses words it does not know, with a remedy and exit code 1', async () => {
    const said = captured()
    expect(await runEdge(['jion'], {})).toBe(1)
    expect(await runEdge(['run', '--dta', 'x'], {})).toBe(1)
    expect(await runEdge(['join', 'lares1.broken', '--data', folder], {})).toBe(1)
    expect(said.fault).toContain('there is no lares edge jion')
    expect(said.fault).toContain('[bad_token]')
  })

  it('reads its words', () => {
    expect(parseEdgeOptions(['join', 'lares1.x', '--name', 'Kitchen Pi', '--again'])).toMatchObject({
      verb: 'join',
      token: 'lares1.x',
      name: 'Kitchen Pi',
      again: true,
    })
    expect(() => parseEdgeOptions(['join'])).toThrow('a join token is missing')
    expect(() => parseEdgeOptions(['run', 'now'])).toThrow('takes no now')
  })

  it('says that no agent runs, with exit code 1', async () => {
    const said = captured()
    expect(await runEdge(['status', '--data', folder], {})).toBe(1)
    expect(said.out).toContain('not joined')
    expect(said.out).toContain('does not run')
  })

  it('does not believe the word of an agent that is gone', () => {
    const clock = new ManualClock()
    const link = { state: 'online' as const, reason: null, code: null, address: 'hub:8883' }
    const word = { at: clock.now(), pid: process.pid, version: '0.1.0', device: 'kitchen', name: 'Kitchen', link }
    const status = { ...word, missing: [{ part: 'gpio', reason: 'no chip' }], sensors: 3, heartbeat: null }
    expect(formatStatus(describeStatus(null, status, clock))).toContain('missing: gpio: no chip')
    clock.advance(121_000)
    expect(describeStatus(null, status, clock).running).toBe(false)
    expect(describeStatus(null, { ...status, at: clock.now(), pid: 2 ** 22 + 1 }, clock).running).toBe(false)
  })
})
