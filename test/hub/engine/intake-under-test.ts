import type { Batch } from '../../../hub/engine/batch.ts'
import { VERDICTS } from '../../../hub/engine/input.ts'
import { Intake, type Settled } from '../../../hub/engine/intake.ts'
import { type BatchAnswer, DiskFault } from '../../../hub/engine/thread.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'

const ledger = { received: 0, applied: 0, duplicate: 0, rejected: 0 }
const numbers = { commitMs: 1, walBytes: 0, ledger, failing: [] }

export const effect = (topic: string) => ({ kind: 'publish', topic, payload: '', qos: 0, retain: false }) as const

/** An intake before an engine whose answers the test gives. `seen` tells in which order things happened. */
export function intakeUnderTest() {
  const seen: string[] = []
  const told: string[] = []
  const clock = new ManualClock()
  const disk: { tick: Error | null; probe: Error | null } = { tick: null, probe: null }
  const room = { enough: true, meanwhile: () => {} }
  const open: { batch: Batch; resolve: (answer: BatchAnswer) => void; reject: (error: Error) => void }[] = []
  const intake = new Intake({
    engine: {
      process(batch) {
        seen.push(`sent ${batch.topics.join(' ')}`)
        return new Promise((resolve, reject) => open.push({ batch, resolve, reject }))
      },
      tick: () => (disk.tick ? Promise.reject(disk.tick) : Promise.resolve({ effects: [effect('tick')], numbers })),
      probe() {
        seen.push('probe')
        return disk.probe ? Promise.reject(disk.probe) : Promise.resolve()
      },
    },
    clock,
    log: silentLog,
    receipt: () => ({ now: clock.now(), clockSynced: null }),
    effects: (effects) => void told.push(...effects.map((one) => (one.kind === 'publish' ? one.topic : one.kind))),
    numbers: (_numbers, inputs) => void told.push(`${inputs} inputs`),
    degraded: (reason) => void told.push(`degraded ${reason}`),
    broken: (reason) => void told.push(`broken ${reason}`),
    full: {
      release: () => void seen.push('release'),
      async makeRoom() {
        seen.push('make room')
        room.meanwhile()
        return room.enough
      },
    },
  })
  const gather = (topic: string, then?: (verdict: Settled) => void) =>
    intake.message(topic, Buffer.from('x'), (verdict) => {
      seen.push(`${topic} ${verdict}`)
      then?.(verdict)
    })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  async function answer(result: Partial<BatchAnswer['result']> = {}): Promise<Batch> {
    const next = open.shift()
    if (!next) throw new Error('the engine has nothing to answer')
    const verdicts = new Uint8Array(next.batch.count).fill(VERDICTS.indexOf('stored'))
    next.resolve({
      result: { verdicts, values: [], effects: [], ledger, ...result },
      spare: next.batch.buffer,
      numbers,
    })
    await turn()
    return next.batch
  }
  async function fail(error: Error = new DiskFault('SQLITE_FULL', 'disk_full')): Promise<void> {
    open.shift()?.reject(error)
    await turn()
  }
  async function pass(ms: number): Promise<void> {
    clock.advance(ms)
    await turn()
  }
  return { intake, seen, told, disk, room, gather, turn, answer, fail, pass, open }
}
