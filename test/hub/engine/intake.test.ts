import { describe, expect, it } from 'vitest'
import type { Batch } from '../../../hub/engine/batch.ts'
import { VERDICTS } from '../../../hub/engine/input.ts'
import { Intake, type Settled } from '../../../hub/engine/intake.ts'
import { type BatchAnswer, DiskFault } from '../../../hub/engine/thread.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'

const ledger = { received: 0, applied: 0, duplicate: 0, rejected: 0 }
const numbers = { commitMs: 1, walBytes: 0, ledger }

/** An intake before an engine whose answers the test gives. `seen` tells in which order things happened. */
function intakeUnderTest() {
  const seen: string[] = []
  const open: { batch: Batch; resolve: (answer: BatchAnswer) => void; reject: (error: Error) => void }[] = []
  const intake = new Intake({
    engine: {
      process(batch) {
        seen.push(`sent ${batch.topics.join(' ')}`)
        return new Promise((resolve, reject) => open.push({ batch, resolve, reject }))
      },
      tick: () => Promise.resolve({ effects: [], numbers }),
      probe: () => Promise.resolve(),
    },
    clock: new ManualClock(),
    log: silentLog,
    receipt: () => ({ now: 0, clockSynced: null }),
    effects: () => {},
    numbers: () => {},
    degraded: () => {},
  })
  const gather = (topic: string, then?: (verdict: Settled) => void) =>
    intake.message(topic, Buffer.from('x'), (verdict) => {
      seen.push(`${topic} ${verdict}`)
      then?.(verdict)
    })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  async function answer(): Promise<void> {
    const next = open.shift()
    if (!next) throw new Error('the engine has nothing to answer')
    const verdicts = new Uint8Array(next.batch.count).fill(VERDICTS.indexOf('stored'))
    next.resolve({ result: { verdicts, values: [], effects: [], ledger }, spare: next.batch.buffer, numbers })
    await turn()
  }
  async function fail(): Promise<void> {
    open.shift()?.reject(new DiskFault('SQLITE_FULL'))
    await turn()
  }
  return { intake, seen, gather, turn, answer, fail }
}

describe('Intake', () => {
  it('keeps the engine at work: what was gathered leaves before the answer is passed on', async () => {
    const { seen, gather, turn, answer } = intakeUnderTest()
    gather('a')
    gather('b')
    await turn()
    gather('c')
    await answer()
    expect(seen).toEqual(['sent a b', 'sent c', 'a stored', 'b stored'])
    await answer()
    expect(seen.slice(4)).toEqual(['c stored'])
  })

  it('has one batch in the engine at a time', async () => {
    const { seen, gather, turn, answer } = intakeUnderTest()
    gather('a')
    await turn()
    gather('b')
    await turn()
    gather('c')
    await turn()
    expect(seen).toEqual(['sent a'])
    await answer()
    expect(seen).toEqual(['sent a', 'sent b c', 'a stored'])
  })

  it('sends what comes while an answer is passed on', async () => {
    const { intake, seen, gather, turn, answer } = intakeUnderTest()
    gather('a', () => gather('b'))
    await turn()
    await answer()
    expect(seen).toEqual(['sent a', 'a stored', 'sent b'])
    await answer()
    await intake.drained()
    expect(seen.at(-1)).toBe('b stored')
  })

  it('sends nothing behind a batch that failed', async () => {
    const { intake, seen, gather, turn, fail } = intakeUnderTest()
    gather('a')
    await turn()
    gather('b')
    await fail()
    await intake.drained()
    gather('c')
    expect(seen).toEqual(['sent a', 'a fault', 'b fault', 'c fault'])
    expect(intake.fault).toBe('SQLITE_FULL')
  })
})
