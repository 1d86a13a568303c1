import { describe, expect, it } from 'vitest'
import { ReadNotes } from '../../../hub/admin/read-notes.ts'
import { type Caller, traceOf } from '../../../hub/engine/caller.ts'
import { COMMANDS } from '../../../hub/features/commands.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { ADMIN, accountOf, programWith } from '../callers.ts'
import { ask, commandInput, data, LOCAL, query } from '../engine/ask.ts'
import type { TestHouse } from '../engine/engine-in-memory.ts'
import { KNOWN, lived } from './lived-house.ts'

interface Row {
  id: number
  event_type: string
  category: string
  user_id: string | null
  event_data: string
  context: string
}

/** Rows after this one, with what they say of who asked. */
function eventsAfter(house: TestHouse, id: number) {
  return house
    .all<Row>('SELECT id, event_type, category, user_id, event_data, context FROM events WHERE id > ? ORDER BY id', id)
    .map((row) => ({ ...row, caller: (JSON.parse(row.context) as { caller?: unknown }).caller }))
}

const newest = (house: TestHouse) => house.all<{ id: number }>('SELECT max(id) AS id FROM events')[0]?.id ?? 0
const changing = COMMANDS.filter(({ changes }) => changes).map((command) => {
  const name = `${command.area}/${command.verb}` as `${string}/${string}`
  return [name, command.examples[0]?.params ?? {}] as const
})

/** No program may call these. */
const BY_PERSONS: ReadonlySet<string> = new Set(['users/end-session', 'users/end-sessions'])

describe('the audit', () => {
  it.each(changing)(
    'of %s says in every row who asked: principal, token, client, address and login',
    (name, params) => {
      const house = lived()
      house.db.exec(KNOWN[name]?.before ?? '')
      const since = newest(house)
      const kind = BY_PERSONS.has(name) ? 'person' : 'integration'
      const caller = accountOf('an-admin', 'all', { kind, client: 'script', address: '192.168.1.77' })
      data(ask(house, commandInput(name, params, { caller, prepared: KNOWN[name]?.prepared })))
      const rows = eventsAfter(house, since).filter(({ category }) => category === 'audit')
      expect(rows.map(({ event_type }) => event_type)).toContain('api_call')
      for (const { event_type, caller } of rows)
        expect([event_type, caller]).toEqual([
          event_type,
          {
            kind,
            user: 'an-admin',
            token: 'token-an-admin',
            client: 'script',
            address: '192.168.1.77',
            session: 'session-an-admin',
          },
        ])
      expect(rows.at(-1)).toMatchObject({ event_type: 'api_call', user_id: 'an-admin' })
    },
  )

  it('of the socket names no person, and that of a program the program', () => {
    const house = lived()
    const since = newest(house)
    const rename = { device: 'kitchen-pi', name: 'Oven' }
    ask(house, commandInput('devices/rename', rename))
    ask(house, commandInput('devices/rename', rename, { caller: programWith([{ right: 'read' }], 'h') }))
    expect(eventsAfter(house, since)).toMatchObject([
      {
        event_type: 'device_renamed',
        user_id: null,
        caller: { kind: 'local', user: null, token: null, address: 'local' },
      },
      { event_type: 'api_call', user_id: null, caller: traceOf(LOCAL) },
      { event_type: 'api_call', user_id: 'a-program', caller: { kind: 'program', user: 'a-program' } },
    ])
  })

  it('of a request that comes again says who sent it again, from where, and that nothing was done twice', () => {
    const house = lived()
    const since = newest(house)
    const rename = (address: string, session: string) =>
      data(
        ask(
          house,
          commandInput(
            'devices/rename',
            { device: 'kitchen-pi', name: 'Oven' },
            { id: 'one', caller: { ...ADMIN, address, session } },
          ),
        ),
      )
    rename('192.168.1.20', 'first')
    house.restart()
    const restarted = newest(house)
    rename('10.0.0.9', 'second')
    expect(eventsAfter(house, since).filter(({ caller }) => caller !== undefined)).toMatchObject([
      { event_type: 'device_renamed', caller: { address: '192.168.1.20', session: 'first' } },
      { event_type: 'api_call', caller: { address: '192.168.1.20', session: 'first' } },
      { event_type: 'api_call', caller: { address: '10.0.0.9', session: 'second' } },
    ])
    expect(eventsAfter(house, restarted).map(({ event_data }) => JSON.parse(event_data))).toEqual([
      { area: 'devices', verb: 'rename', ok: true, times: 1, repeated: true },
    ])
  })

  it('is read with events list, by e-mail address where there is one', () => {
    const house = lived()
    const anna = accountOf('anna', 'all')
    for (const caller of [LOCAL, anna, ADMIN])
      ask(house, commandInput('devices/rename', { device: 'kitchen-pi', name: `by ${caller.principal}` }, { caller }))
    const { events } = query<{ events: { by: string; context: object }[] }>(house, 'events/list', {
      event_type: 'device_renamed',
    })
    expect(events.map(({ by }) => by)).toEqual([
      'an-admin from 192.168.1.20',
      'anna@example.com from 192.168.1.20',
      'local',
    ])
    expect(events[1]?.context).toEqual({ caller: traceOf(anna) })
    const others = query<{ events: { by: string | null }[] }>(house, 'events/list', { event_type: 'hub_started' })
    expect(others.events.map(({ by }) => by)).toEqual([null])
  })
})

describe('the audit of questions', () => {
  const TEN_MINUTES_MS = 600_000

  /** What was asked often, and the rows about it: login and number. */
  function noted() {
    const clock = new ManualClock()
    const rows: unknown[] = []
    const reads = new ReadNotes(clock, async ({ caller, times }) => void rows.push([caller.session, times]))
    const ask = (caller: Partial<Caller> = {}, verb = 'list') =>
      reads.add(
        { area: 'devices', verb, request: { id: '1', params: {} }, caller: { ...ADMIN, ...caller }, retained: false },
        true,
      )
    return { clock, rows, reads, ask }
  }

  it('is kept for each token and address, and costs one row for many of them', () => {
    const { rows, ask } = noted()
    for (const session of ['a', 'b', 'c']) ask({ session })
    ask({ ...LOCAL, session: 'd' })
    ask({ token: 'another', session: 'e' })
    ask({ address: '10.0.0.9', session: 'f' })
    expect(rows).toEqual(['a', 'd', 'e', 'f'].map((session) => [session, 1]))
  })

  it('counts every one of ten minutes in a row at their end, whether or not more come', () => {
    const { clock, rows, ask } = noted()
    for (let asked = 1; asked < 10_000; asked += 1) ask({ session: 'a' })
    ask({ session: 'b' })
    clock.advance(TEN_MINUTES_MS - 1)
    expect(rows).toEqual([['a', 1]])
    clock.advance(1)
    expect(rows).toEqual([
      ['a', 1],
      ['b', 9_999],
    ])
    clock.advance(10 * TEN_MINUTES_MS)
    expect(rows).toHaveLength(2)
  })

  it('has one row each ten minutes of whoever goes on asking, and one at once of whoever begins again', () => {
    const { clock, rows, ask } = noted()
    ask({ session: 'first' })
    for (let minutes = 0; minutes < 25; minutes += 1) {
      ask()
      clock.advance(60_000)
    }
    const { session } = ADMIN
    expect(rows).toEqual([
      ['first', 1],
      [session, 10],
      [session, 10],
    ])
    clock.advance(2 * TEN_MINUTES_MS)
    expect(rows.slice(3)).toEqual([[session, 5]])
    ask({ session: 'again' })
    expect(rows.slice(4)).toEqual([['again', 1]])
  })

  it('loses none to a stop, nor those that are answered while it stops', async () => {
    const { clock, rows, reads, ask } = noted()
    for (const session of ['a', 'b', 'c']) ask({ session })
    await reads.stop()
    for (const session of ['d', 'e']) ask({ session })
    expect(rows).toEqual([
      ['a', 1],
      ['c', 2],
      ['d', 1],
      ['e', 1],
    ])
    clock.advance(TEN_MINUTES_MS)
    expect(rows).toHaveLength(4)
  })

  it('loses none to a caller who asks for ever other things', () => {
    const { rows, ask } = noted()
    for (const session of ['a', 'b', 'c']) ask({ session })
    for (let other = 0; other < 1_000; other += 1) ask({}, `verb-${other}`)
    expect(rows).toHaveLength(1_002)
    expect(rows).toContainEqual(['c', 2])
  })
})
