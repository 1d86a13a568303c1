import { describe, expect, it } from 'vitest'
import type { Feature } from '../../../hub/engine/feature.ts'
import type { Effect } from '../../../hub/engine/input.ts'
import { sqliteCode } from '../../../shared/sqlite/open.ts'
import { engineOf, note } from './engine-of-features.ts'

const toldOf = (name: string): Effect => ({ kind: 'publish', topic: name, payload: '', qos: 0, retain: false })

/** Takes readings; each is noted under its number, and told of. */
function taking(fails: (seq: number) => void, more: Partial<Feature> = {}): Feature {
  return {
    name: 'telemetry',
    ingest: {
      readings(context, message) {
        const seq = message.seq ?? 0
        context.effect(toldOf(`told/${seq}`))
        context.db.exec(note(String(seq)))
        fails(seq)
      },
    },
    ...more,
  }
}

function failAt(wrong: number): (seq: number) => void {
  return (seq) => {
    if (seq === wrong) throw new Error(`cannot take ${seq}`)
  }
}

const told = (effects: Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'publish' && effect.topic.startsWith('told/') ? [effect.topic] : []))

describe('an input that fails', () => {
  it('has no effect, and those of the others are done once', () => {
    const house = engineOf([taking(failAt(2))])
    house.start()
    expect(house.send(1, 2, 3)).toEqual(['stored', 'rejected', 'stored'])
    expect(told(house.effects)).toEqual(['told/1', 'told/3'])
    expect(house.notes()).toEqual(['note-1', 'note-3'])
  })

  it('leaves no step for after the commit', () => {
    const done: number[] = []
    const feature = taking(() => {})
    feature.ingest = {
      readings(context, message) {
        context.committed(() => done.push(message.seq ?? 0))
        failAt(2)(message.seq ?? 0)
      },
    }
    const house = engineOf([feature])
    house.start()
    house.send(1, 2, 3)
    expect(done).toEqual([1, 3])
  })

  it('is forgotten by features that remembered something of it', () => {
    const known = new Set<number>()
    const remembering = taking(
      (seq) => {
        known.add(seq)
        failAt(2)(seq)
      },
      { forget: () => known.clear() },
    )
    const house = engineOf([remembering])
    house.start()
    house.send(1, 2, 3)
    expect([...known]).toEqual([3])
  })
})

describe('a disk that fails', () => {
  /** Notes that grow until the database may not: SQLite's own SQLITE_FULL. */
  function fillingAt(full: number, calls: number[]) {
    const house = engineOf([
      taking((seq) => {
        calls.push(seq)
        if (seq !== full) return failAt(full - 1)(seq)
        const pages = Number(house.db.pragma('page_count', { simple: true }))
        house.db.pragma(`max_page_count = ${pages + 5}`)
        house.db.exec("INSERT INTO hub_settings (key, value) VALUES ('large', hex(zeroblob(1000000)))")
      }),
    ])
    house.start()
    return house
  }

  const codeOf = (run: () => unknown) => {
    try {
      run()
      return 'nothing was thrown'
    } catch (error) {
      return sqliteCode(error)
    }
  }

  it('ends the batch, which is not tried again input by input', () => {
    const calls: number[] = []
    const house = fillingAt(2, calls)
    expect(codeOf(() => house.send(2, 3))).toBe('SQLITE_FULL')
    expect(calls).toEqual([2])
    expect(house.notes()).toEqual([])
  })

  it('ends the batch also while it runs input by input: nothing is rejected that the disk could not take', () => {
    const house = fillingAt(4, [])
    expect(codeOf(() => house.send(1, 3, 4))).toBe('SQLITE_FULL')
    expect(house.notes()).toEqual([])
    expect(house.engine.ledger.received).toBe(0)
    house.db.pragma('max_page_count = 1000000')
    expect(house.send(1)).toEqual(['stored'])
  })

  it('at a tick is nobody’s fault: no feature is left alone for it', () => {
    const house = engineOf([
      {
        name: 'hungry',
        tick({ db }) {
          db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`)
          db.exec("INSERT INTO hub_settings (key, value) VALUES ('large', hex(zeroblob(1000000)))")
        },
      },
    ])
    house.start()
    expect(codeOf(() => house.tick())).toBe('SQLITE_FULL')
    expect(house.engine.failing).toEqual([])
  })
})

describe('a step after the commit that fails', () => {
  it('undoes nothing, and keeps no other from its step', () => {
    const done: string[] = []
    const feature: Feature = {
      name: 'telemetry',
      ingest: {
        readings(context) {
          context.committed(() => {
            throw new Error('too late')
          })
          context.committed(() => done.push('the next'))
        },
      },
    }
    const house = engineOf([feature])
    house.start()
    expect(house.send(1)).toEqual(['stored'])
    expect(done).toEqual(['the next'])
    expect(house.errors).toHaveLength(1)
  })
})
