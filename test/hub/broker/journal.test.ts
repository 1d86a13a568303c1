import { describe, expect, it } from 'vitest'
import { Journal } from '../../../hub/broker/journal.ts'
import type { BrokerChange } from '../../../hub/engine/broker-change.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { LaresError } from '../../../shared/errors.ts'
import { silentLog } from '../../../shared/log.ts'
import { turns } from './broker-under-test.ts'

function journalled() {
  const clock = new ManualClock()
  const inputs: BrokerChange[][] = []
  const answers: { resolve: () => void; reject: (error: Error) => void }[] = []
  const journal = new Journal({
    clock,
    log: silentLog,
    store: (changes) =>
      new Promise((resolve, reject) => {
        inputs.push(changes)
        answers.push({ resolve, reject })
      }),
  })
  const heard: string[] = []
  const wait = (name: string) => journal.committed((error) => heard.push(error ? `${name}: ${error.message}` : name))
  return { clock, journal, inputs, answers, heard, wait }
}

const retain = (topic: string, payload = 'x'): BrokerChange => ({
  kind: 'retain',
  topic,
  payload: Buffer.from(payload),
  qos: 1,
})
const enqueue = (entry: number): BrokerChange => ({
  kind: 'enqueue',
  clientId: 'a',
  entry,
  topic: 't',
  payload: Buffer.from('x'),
  qos: 1,
  at: 0,
})
const dequeue = (entry: number): BrokerChange => ({ kind: 'dequeue', clientId: 'a', entry })

describe('the journal of the broker', () => {
  it('says of each change when it is on disk, and has one input with the engine at a time', async () => {
    const { journal, inputs, answers, heard, wait } = journalled()
    wait('nothing')
    expect(heard).toEqual(['nothing'])
    journal.note(retain('a'))
    wait('a')
    await turns(1)
    journal.note(retain('b'))
    journal.note(retain('c'))
    wait('c')
    await turns(2)
    expect(inputs).toEqual([[retain('a')]])
    expect(heard).toEqual(['nothing'])
    answers[0]?.resolve()
    await turns(2)
    expect(heard).toEqual(['nothing', 'a'])
    expect(inputs).toEqual([[retain('a')], [retain('b'), retain('c')]])
    answers[1]?.resolve()
    await turns(2)
    expect(heard).toEqual(['nothing', 'a', 'c'])
    expect(journal.depth).toBe(0)
  })

  it('makes few inputs of a flood, none of them large', async () => {
    const { journal, inputs, answers } = journalled()
    for (let entry = 0; entry < 5_000; entry += 1) journal.note(enqueue(entry))
    for (let n = 0; journal.depth > 0; n += 1) {
      await turns(1)
      expect(inputs).toHaveLength(n + 1)
      answers[n]?.resolve()
      await turns(1)
    }
    expect(inputs.flat()).toHaveLength(5_000)
    expect(inputs.length).toBeLessThan(12)
    expect(Math.max(...inputs.map((changes) => changes.length))).toBeLessThanOrEqual(512)
  })

  it('does not write what was given up before it left, and of one topic only the newest', async () => {
    const { journal, inputs, answers, heard, wait } = journalled()
    journal.note(retain('first'))
    await turns(1)
    for (let entry = 1; entry <= 1_000; entry += 1) {
      journal.note(enqueue(entry))
      if (entry > 3) journal.note(dequeue(entry - 3))
      journal.note(retain('t', String(entry)))
    }
    wait('all')
    answers[0]?.resolve()
    await turns(2)
    for (let n = 1; journal.depth > 0; n += 1) {
      answers[n]?.resolve()
      await turns(2)
    }
    expect(inputs.flat().slice(1)).toEqual([retain('t', '1000'), enqueue(998), enqueue(999), enqueue(1_000)])
    expect(heard).toEqual(['all'])
  })

  it('tells everybody when the disk takes nothing, and stores the same in the same order when it does again', async () => {
    const { clock, journal, inputs, answers, heard, wait } = journalled()
    journal.note(enqueue(1))
    wait('one')
    await turns(1)
    journal.note(enqueue(2))
    wait('two')
    answers[0]?.reject(new LaresError('disk_full', 'full'))
    await turns(2)
    expect(heard).toEqual(['one: full', 'two: full'])
    journal.note(dequeue(1))
    wait('three')
    expect(heard).toEqual(['one: full', 'two: full', 'three: full'])
    clock.advance(5_000)
    await turns(2)
    answers[1]?.resolve()
    await turns(2)
    expect(inputs.slice(1)).toEqual([[enqueue(1), enqueue(2), dequeue(1)]])
    wait('four')
    expect(heard.at(-1)).toBe('four')
  })

  it('goes on behind changes that the engine will never take, and acknowledges none of them', async () => {
    const { journal, inputs, answers, heard, wait } = journalled()
    journal.note(enqueue(1))
    wait('one')
    await turns(1)
    journal.note(enqueue(2))
    wait('two')
    answers[0]?.reject(new LaresError('handler_failed', 'broken'))
    await turns(2)
    answers[1]?.resolve()
    await turns(2)
    expect(heard).toEqual(['one: broken', 'two'])
    expect(inputs).toEqual([[enqueue(1)], [enqueue(2)]])
  })

  it('ends when what it was told is stored', async () => {
    const { journal, answers } = journalled()
    journal.note(enqueue(1))
    await turns(1)
    journal.note(enqueue(2))
    let ended = false
    const stopped = journal.stop().then(() => {
      ended = true
    })
    answers[0]?.resolve()
    await turns(2)
    expect(ended).toBe(false)
    answers[1]?.resolve()
    await stopped
  })
})
