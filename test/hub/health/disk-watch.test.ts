import { describe, expect, it } from 'vitest'
import type { StructuredInput } from '../../../hub/engine/input.ts'
import { DiskWatch, measureDisk } from '../../../hub/health/disk-watch.ts'
import { Health } from '../../../hub/health/hub-health.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'

/** A watch over a disk that the test fills, and an engine that answers what the test says. */
function watched() {
  const clock = new ManualClock()
  const health = new Health()
  const inputs: StructuredInput[] = []
  const ballasts: number[] = []
  const state = {
    measured: { totalBytes: 1_000, freeBytes: 500 } as { totalBytes: number; freeBytes: number } | null,
    report: { usedShare: 0.5, freeBytes: 500, reusableBytes: 0, low: false, thinning: false },
    fault: null as string | null,
  }
  const watch = new DiskWatch({
    folder: '/nowhere',
    clock,
    health,
    log: silentLog,
    fault: () => state.fault,
    ballast: { restore: async (freeBytes) => void ballasts.push(freeBytes) },
    measure: async () => {
      if (!state.measured) throw new Error('no such folder')
      return state.measured
    },
    intake: {
      input: async (input: StructuredInput) => {
        inputs.push(input)
        return { verdict: 'stored' as const, value: state.report as never }
      },
    },
  })
  const problems = () => health.report(1, true).problems.map(({ code, message }) => [code, message])
  return { watch, clock, inputs, state, problems, health, ballasts }
}

describe('the disk watch', () => {
  it('hands the engine a measurement at start and once a minute', async () => {
    const { watch, clock, inputs } = watched()
    await watch.start()
    expect(inputs).toEqual([{ kind: 'disk', totalBytes: 1_000, freeBytes: 500 }])
    clock.advance(60_000)
    await Promise.resolve()
    await Promise.resolve()
    expect(inputs).toHaveLength(2)
    watch.stop()
    clock.advance(600_000)
    await Promise.resolve()
    expect(inputs).toHaveLength(2)
  })

  it('lets the room for a start on a full disk be taken back unless the disk is low', async () => {
    const { watch, state, ballasts } = watched()
    state.report = { ...state.report, low: true }
    await watch.measure()
    expect(ballasts).toEqual([])
    state.report = { ...state.report, low: false }
    await watch.measure()
    expect(ballasts).toEqual([500])
  })

  it('puts into the health what the engine makes of it, and takes it back', async () => {
    const { watch, state, problems, health } = watched()
    state.report = { ...state.report, usedShare: 0.729, low: true }
    await watch.measure()
    expect(problems()).toEqual([['disk_space_low', "the hub's disk is 72 % full"]])
    expect(health.report(1, true).state).toBe('ok')
    state.report = { ...state.report, usedShare: 0.9, thinning: true }
    await watch.measure()
    expect(problems()).toEqual([['disk_space_low', "the hub's disk is 90 % full; older data makes room"]])
    expect(health.report(1, true).state).toBe('attention')
    // Nothing can be taken away any more.
    state.report = { ...state.report, usedShare: 0.97, thinning: false }
    await watch.measure()
    expect(health.report(1, true).state).toBe('attention')
    state.report = { ...state.report, usedShare: 0.6, low: false, thinning: false }
    await watch.measure()
    expect(problems()).toEqual([])
  })

  it('says nothing to an engine that cannot store, and survives a disk that cannot be measured', async () => {
    const { watch, state, inputs } = watched()
    state.fault = 'the disk is full'
    await watch.measure()
    state.fault = null
    state.measured = null
    await watch.measure()
    expect(inputs).toEqual([])
  })

  it('measures as df does', async () => {
    const { totalBytes, freeBytes } = await measureDisk(import.meta.dirname)
    expect(totalBytes).toBeGreaterThan(freeBytes)
    expect(freeBytes).toBeGreaterThan(0)
  })
})
