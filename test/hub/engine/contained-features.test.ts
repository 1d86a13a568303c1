import { describe, expect, it } from 'vitest'
import type { Feature } from '../../../hub/engine/feature.ts'
import { engineOf, note } from './engine-of-features.ts'

/** Ticks every time, and counts. */
function sound(name: string): Feature & { ticks: number } {
  return {
    name,
    ticks: 0,
    tick() {
      this.ticks += 1
    },
  }
}

describe('a feature that fails', () => {
  it('in a tick is undone and left alone for longer and longer; the others go on, and its stack is logged once', () => {
    const other = sound('other')
    let tries = 0
    const house = engineOf([
      {
        name: 'bad',
        tick(context) {
          tries += 1
          context.db.exec(note(`bad-${tries}`))
          throw new Error('bad row')
        },
      },
      other,
    ])
    house.start()
    house.tick(60)
    expect([tries, other.ticks, house.notes()]).toEqual([4, 60, []])
    expect(house.engine.failing).toEqual([{ feature: 'bad', reason: 'bad row' }])
    expect(house.errors).toEqual(['bad tick Error: bad row'])
  })

  it('works again when what it failed at is gone, and health hears of it', () => {
    let broken = true
    const house = engineOf([
      {
        name: 'bad',
        tick(context) {
          if (broken) throw new Error('bad row')
          context.db.exec(`${note('bad')} ON CONFLICT DO NOTHING`)
        },
      },
    ])
    house.start()
    house.tick(3)
    broken = false
    house.tick(8)
    expect([house.notes(), house.engine.failing, house.infos]).toEqual([['note-bad'], [], ['bad']])
  })

  it('at start does not tick before it was started after all', () => {
    let broken = true
    const did: string[] = []
    const house = engineOf([
      {
        name: 'bad',
        start(context) {
          did.push('start')
          context.db.exec(note('half'))
          if (broken) throw new Error('bad row')
        },
        tick: () => void did.push('tick'),
      },
    ])
    house.start()
    expect(house.notes()).toEqual([])
    house.tick(4)
    broken = false
    house.tick(6)
    expect(did).toEqual(['start', 'start', 'tick', 'tick'])
    expect(house.notes()).toEqual(['note-half'])
  })

  it('that the house cannot do without keeps it from starting, and is never left alone in its ticks', () => {
    const cannot = engineOf([
      {
        name: 'vital',
        vital: true,
        start() {
          throw new Error('no devices')
        },
      },
    ])
    expect(() => cannot.start()).toThrow('no devices')
    let tries = 0
    const house = engineOf([
      {
        name: 'vital',
        vital: true,
        tick() {
          tries += 1
          throw new Error('bad row')
        },
      },
    ])
    house.start()
    house.tick(5)
    expect([tries, house.engine.failing, house.errors.length]).toEqual([
      5,
      [{ feature: 'vital', reason: 'bad row' }],
      1,
    ])
  })

  it('in its flush at a tick is named itself, not whose tick gave it work', () => {
    const gathered: string[] = []
    const house = engineOf([
      sound('asker'),
      {
        name: 'writer',
        tick: () => void gathered.push('x'),
        flush() {
          if (gathered.length > 0) throw new Error('cannot write')
        },
        forget: () => void gathered.splice(0),
      },
    ])
    house.start()
    house.tick()
    expect(house.engine.failing).toEqual([{ feature: 'writer', reason: 'cannot write' }])
  })

  it('at the end does not keep the others from writing what they hold in memory', () => {
    const house = engineOf([
      {
        name: 'bad',
        stop() {
          throw new Error('bad row')
        },
      },
      { name: 'other', stop: (context) => void context.db.exec(note('other')) },
    ])
    house.start()
    house.engine.stop({ now: 2, clockSynced: true })
    expect(house.notes()).toEqual(['note-other'])
  })
})

describe('a throw in flush', () => {
  function gathering(fails: (seq: number) => boolean): Feature {
    const gathered: number[] = []
    return {
      name: 'telemetry',
      gathers: true,
      ingest: { readings: (_context, message) => void gathered.push(message.seq ?? 0) },
      flush(context) {
        for (const seq of gathered) {
          if (fails(seq)) throw new Error(`cannot write ${seq}`)
          context.db.exec(note(String(seq)))
        }
        gathered.length = 0
      },
      forget: () => void gathered.splice(0),
    }
  }

  it('rejects the inputs that gave it work, and those alone', () => {
    const house = engineOf([gathering((seq) => seq === 2)])
    house.start()
    expect(house.send(1, 2, 3)).toEqual(['stored', 'rejected', 'stored'])
    expect(house.notes()).toEqual(['note-1', 'note-3'])
    expect(house.engine.ledger).toEqual({ received: 3, applied: 2, duplicate: 0, rejected: 1 })
    expect(house.db.prepare('SELECT code FROM rejected_messages').pluck().all()).toEqual(['handler_failed'])
  })

  it('that not even a rejection gets past keeps nothing and acknowledges nothing, and the next batch is taken', () => {
    const house = engineOf([gathering(() => false)])
    house.start()
    house.db.exec(
      "CREATE TRIGGER a BEFORE INSERT ON hub_settings WHEN NEW.key = 'note-2' BEGIN SELECT RAISE(ABORT, 'no'); END;" +
        "CREATE TRIGGER b BEFORE INSERT ON rejected_messages BEGIN SELECT RAISE(ABORT, 'no'); END;",
    )
    expect(() => house.send(1, 2)).toThrow('no')
    expect(house.notes()).toEqual([])
    expect(house.send(1, 3)).toEqual(['stored', 'stored'])
    expect(house.notes()).toEqual(['note-1', 'note-3'])
  })
})

/** A feature that settles something of its own before each commit, and cannot. */
function settling(): Feature & { broken: boolean; flushes: number } {
  return {
    name: 'settler',
    broken: true,
    flushes: 0,
    flush(context) {
      this.flushes += 1
      context.db.exec(`${note('settled')} ON CONFLICT DO NOTHING`)
      if (this.broken) throw new Error('cannot settle')
    },
  }
}

/** A feature whose inputs leave a note each. */
const noting: Feature = {
  name: 'noting',
  ingest: { readings: (context, message) => void context.db.exec(note(String(message.seq))) },
}

describe('a feature that fails in its flush', () => {
  it('is left out of every batch, and the messages of its neighbours are stored', () => {
    const settler = settling()
    const house = engineOf([noting, settler])
    house.start()
    expect(house.send(1, 2)).toEqual(['stored', 'stored'])
    expect(house.send(3)).toEqual(['stored'])
    expect(house.notes()).toEqual(['note-1', 'note-2', 'note-3'])
    expect(house.engine.failing).toEqual([{ feature: 'settler', reason: 'cannot settle' }])
    expect(settler.flushes).toBe(1)
    expect(house.errors).toEqual(['settler flush Error: cannot settle'])
  })

  it('only once a batch came is left out of that one, which is run again', () => {
    const settler = settling()
    settler.broken = false
    const house = engineOf([noting, settler])
    house.start()
    settler.broken = true
    expect(house.send(1, 2)).toEqual(['stored', 'stored'])
    expect(house.notes()).toEqual(['note-1', 'note-2', 'note-settled'])
    expect(house.engine.failing).toEqual([{ feature: 'settler', reason: 'cannot settle' }])
  })

  it('keeps no neighbour from starting and ticking, is tried again later and later, and then settles after all', () => {
    const settler = settling()
    const other = sound('other')
    const house = engineOf([{ name: 'vital', vital: true, start: () => {} }, settler, other])
    house.start()
    house.tick(60)
    expect(other.ticks).toBeGreaterThanOrEqual(60)
    expect(settler.flushes).toBeLessThanOrEqual(5)
    settler.broken = false
    house.tick(120)
    expect([house.notes(), house.engine.failing, house.infos]).toEqual([['note-settled'], [], ['settler']])
  })

  it('in the middle of a careful batch is left out of the rest of it', () => {
    const settler = settling()
    settler.broken = false
    const breaking: Feature = {
      name: 'breaking',
      ingest: {
        readings(context, message) {
          if (message.seq === 1) throw new Error('a bad message')
          if (message.seq === 2) settler.broken = true
          context.db.exec(note(String(message.seq)))
        },
      },
    }
    const house = engineOf([breaking, settler])
    house.start()
    expect(house.send(1, 2, 3)).toEqual(['rejected', 'stored', 'stored'])
    expect(house.notes()).toEqual(['note-2', 'note-3', 'note-settled'])
  })

  it('does not make what a neighbour attempts fail', () => {
    const failures: (Error | null)[] = []
    const trying: Feature = {
      name: 'trying',
      ingest: {
        readings: (context, message) =>
          void failures.push(context.attempt(() => context.db.exec(note(String(message.seq))))),
      },
    }
    const sensitive: Feature = {
      name: 'sensitive',
      flush({ db }) {
        if (db.prepare("SELECT 1 FROM hub_settings WHERE key = 'note-1'").get()) throw new Error('cannot settle')
      },
    }
    const house = engineOf([trying, sensitive])
    house.start()
    expect(house.send(1)).toEqual(['stored'])
    expect([house.notes(), failures]).toEqual([['note-1'], [null]])
  })
})
