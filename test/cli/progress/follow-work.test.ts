import { describe, expect, it } from 'vitest'
import { followWork } from '../../../cli/follow-work.ts'
import { workOf } from '../../../cli/long-work.ts'
import type { LongWork, WorkShare } from '../../../cli/progress/look-at-work.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { LaresError } from '../../../shared/errors.ts'
import { asPattern } from '../../remedies/lib/as-pattern.ts'

/** What is shown of work with these shares, one a look, each a while after the other. */
async function shownOf(shares: WorkShare[], { isTTY = true, columns = 80, stepMs = 500 } = {}) {
  const clock = new ManualClock()
  let shown = ''
  let at = -1
  const work: LongWork = {
    see: 'lares jobs list',
    async look() {
      at += 1
      setImmediate(() => clock.advance(stepMs))
      return { ended: [], isOver: at >= shares.length, share: shares[at] ?? null }
    },
  }
  const outlet = {
    ...{ isTTY, columns },
    write(text: string) {
      shown += text
    },
  }
  const code = await followWork(work, { ask: async () => null, clock, outlet })
  return { code, shown }
}

const rows = (done: number, total = 0): WorkShare => ({ phase: 'removing rows', done, total, unit: 'rows' })

describe('work that goes on at the hub', () => {
  it('is one line of a terminal, which is drawn again when it moves', async () => {
    const { code, shown } = await shownOf([rows(10), rows(10), rows(20)])
    expect(code).toBe(0)
    expect(shown.split('\r\x1b[K').filter((line) => line !== '')).toEqual([
      'removing rows, 10 rows',
      'removing rows, 20 rows',
    ])
    expect(shown).not.toContain('\n')
  })

  it('never fills more than one line, and no terminal obeys what a hub calls it', async () => {
    const { shown } = await shownOf([{ phase: `\u001b[2J${'long '.repeat(40)}`, done: 1, total: 2 }], { columns: 40 })
    const [line = ''] = shown.split('\r\x1b[K').filter((one) => one !== '')
    expect(line.length).toBeLessThan(40)
    expect(line).not.toContain('\u001b')
  })

  it('is a line now and then where there is no terminal, and never a flood', async () => {
    const many = Array.from({ length: 100 }, (_, index) => rows(index, 100))
    const { shown } = await shownOf(many, { isTTY: false })
    expect(shown.split('\n')).toEqual([
      'removing rows 0 %, 0 of 100 rows',
      'removing rows 20 %, 20 of 100 rows',
      'removing rows 40 %, 40 of 100 rows',
      'removing rows 60 %, 60 of 100 rows',
      'removing rows 80 %, 80 of 100 rows',
      '',
    ])
  })

  it('goes on when somebody ends the watching, and is said where it is seen', async () => {
    const ending = new AbortController()
    let shown = ''
    const work: LongWork = {
      see: 'lares backups places',
      look: () => {
        ending.abort()
        return new Promise(() => {})
      },
    }
    const outlet = { isTTY: true, write: (text: string) => (shown += text) }
    const code = await followWork(work, {
      ask: async () => null,
      clock: new ManualClock(),
      outlet,
      signal: ending.signal,
    })
    expect([code, shown]).toEqual([7, 'It goes on at the hub. How far it is: lares backups places\n'])
  })

  it('goes on when the hub goes away, and is said so', async () => {
    const work: LongWork = {
      see: 'lares jobs list',
      look: () => Promise.reject(new LaresError('unreachable', 'the connection was closed')),
    }
    const outlet = { write: () => {} }
    await expect(followWork(work, { ask: async () => null, clock: new ManualClock(), outlet })).rejects.toMatchObject({
      message: 'the connection was closed; what was begun goes on without this',
      hint: expect.stringMatching(asPattern('When the hub is back, … shows how far it is.')),
    })
  })
})

describe('what a command began', () => {
  const looked = (name: string, answer: object, told: object) => {
    const [area = '', verb = ''] = name.split(' ')
    return workOf({ area, verb }, answer)?.look(async () => told)
  }

  it('is an erasure, until its rows are gone here', async () => {
    const of = (state: string, done_at: number | null = null) =>
      looked('devices erase', { erasure: 'e1' }, { erasures: [{ id: 'e1', state, removed: 70, done_at }] })
    expect(await of('removing rows')).toEqual({ ended: [], isOver: false, share: rows(70) })
    expect(await of('waiting for central')).toMatchObject({
      ended: [{ words: '70 rows are erased here; waiting for central: lares erasures list', isDone: true }],
      isOver: true,
    })
    expect(await of('done', 5)).toMatchObject({
      ended: [{ words: '70 rows are erased here', isDone: true }],
      isOver: true,
    })
  })

  it('are indexes, until all have their rows', async () => {
    const of = (...states: string[]) =>
      looked(
        'search rebuild',
        { tables: ['a', 'b'] },
        { indexes: states.map((state, at) => ({ table: 'ab'[at], state })) },
      )
    expect(await of('ready', 'filling')).toMatchObject({
      isOver: false,
      share: { phase: 'filling b', done: 1, total: 2 },
    })
    expect(await of('ready', 'ready')).toMatchObject({ ended: [{ words: '2 indexes have all rows' }], isOver: true })
  })

  it('is a job that is run again', async () => {
    const of = (state: string, last_error: string | null = null) =>
      looked('jobs retry', { id: 4, kind: 'letter' }, { jobs: [{ id: 4, state, attempts: 1, last_error }] })
    expect(await of('running')).toMatchObject({ isOver: false, share: { phase: 'letter: running' } })
    expect(await of('failed', 'nobody answers')).toMatchObject({
      ended: [{ words: 'letter: nobody answers', isDone: false }],
      isOver: true,
    })
  })

  it('is nothing for a command that is done when it is answered', () => {
    expect(workOf({ area: 'devices', verb: 'rename' }, {})).toBeNull()
  })
})
