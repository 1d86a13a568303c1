import { beforeEach, describe, expect, it } from 'vitest'
import type { FileTicket } from '../../../../hub/contract/file-ticket.ts'
import { hashSecret } from '../../../../hub/features/devices/joining.ts'
import { lived } from '../../admin/lived-house.ts'
import { memberOf } from '../../callers.ts'
import { ask, commandInput, data } from '../../engine/ask.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { callerWith, logIn, person } from '../logins/browsers.ts'

let house: TestHouse
let home: string
beforeEach(() => {
  house = lived()
  home = house.all<{ id: string }>('SELECT id FROM houses')[0]?.id ?? ''
})

const tickets = () =>
  house.effects.flatMap((effect): FileTicket[] => (effect.kind === 'file_ticket' ? [effect.ticket] : []))

describe('a link to bytes', () => {
  it('is known to the hub by its hash, with who asked and from where', () => {
    person(house, 'paul')
    logIn(house, 'paul', 'cookie')
    const caller = callerWith(house, 'cookie')
    const answer = data<{ path: string }>(
      ask(house, commandInput('sessions/recording', { turn: 'a-turn' }, { caller })),
    )
    const [ticket] = tickets()
    expect(ticket).toMatchObject({
      hash: hashSecret(answer.path.slice('/files/'.length)),
      content: { kind: 'recording', file: '2026/x.wav' },
      isBrowser: true,
      caller: { user: 'paul', token: caller.token, address: '192.168.1.20' },
    })
    expect(JSON.stringify(house.effects.filter(({ kind }) => kind === 'file_ticket'))).not.toContain(
      answer.path.slice(7),
    )
    ask(house, commandInput('hub/fetch-backup'))
    expect(tickets()).toMatchObject([{ content: { kind: 'backup' }, isBrowser: false, caller: { kind: 'local' } }])
  })

  it('is given for what one may read, and to guests and people of other houses for nothing', () => {
    const asked = (verb: `${string}/${string}`, params: Record<string, unknown>, caller = memberOf('resident', home)) =>
      ask(house, commandInput(verb, params, { caller })).error?.code ?? 'given'
    const readings = { device: 'kitchen-pi', sensor: 'cpu_temperature' }
    expect(asked('sessions/recording', { turn: 'a-turn' })).toBe('given')
    expect(asked('readings/export', readings)).toBe('given')
    expect(asked('hub/fetch-backup', {})).toBe('forbidden')
    expect(asked('hub/fetch-backup', {}, memberOf('owner', home))).toBe('forbidden')
    for (const caller of [memberOf('guest', home), memberOf('owner', 'another-house'), memberOf('owner')]) {
      expect(asked('sessions/recording', { turn: 'a-turn' }, caller)).not.toBe('given')
      expect(asked('readings/export', readings, caller)).not.toBe('given')
      expect(tickets()).toEqual([])
    }
  })

  it('says how much there is, and in which span', () => {
    const answer = data<{ rows: number; from: number; to: number; name: string }>(
      ask(
        house,
        commandInput('readings/export', {
          device: 'kitchen-pi',
          sensor: 'cpu_temperature',
          from: '1h',
          format: 'ndjson',
        }),
      ),
    )
    expect(answer).toMatchObject({
      rows: 1,
      to: house.now,
      from: house.now - 3_600_000,
      name: 'kitchen-pi-2025-12-31.ndjson',
    })
    expect(tickets()[0]?.content).toEqual({
      kind: 'readings',
      format: 'ndjson',
      params: { device: 'kitchen-pi', sensor: 'cpu_temperature', from: answer.from, to: answer.to },
    })
  })

  it('is not there where nothing is kept', () => {
    expect(ask(house, commandInput('sessions/recording', { turn: 'no-turn' })).error).toMatchObject({
      code: 'not_found',
      hint: 'See what is kept: lares sessions list.',
    })
  })
})
