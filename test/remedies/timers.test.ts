import { beforeEach, describe, expect, it } from 'vitest'
import { ask, commandInput, data, query } from '../hub/engine/ask.ts'
import { openTestHouse, type TestHouse } from '../hub/engine/engine-in-memory.ts'
import { asPattern } from './lib/as-pattern.ts'

let house: TestHouse
beforeEach(() => {
  house = openTestHouse()
})

const say = (verb: 'add' | 'cancel', params: Record<string, unknown>) =>
  ask(house, commandInput(`timers/${verb}`, params))
const hintOf = (verb: 'add' | 'cancel', params: Record<string, unknown>) => say(verb, params).error?.hint ?? ''
const list = () => query<{ timers: { id: string; name: string | null }[] }>(house, 'timers/list').timers

describe('whoever sets a timer', () => {
  it('that is none writes what is one', () => {
    const hint = hintOf('add', { when: 'soon' })
    expect(hint).toMatch(asPattern('Write 10min, "1h 30min", 07:00 or "2026-12-24 07:00".'))
    const [, ...all] = /Write (\S+), "([^"]+)", (\S+) or "([^"]+)"/.exec(hint) ?? []
    for (const when of all) data(say('add', { when }))
    expect(list()).toHaveLength(4)
  })

  it('for longer than one may run sets an alarm', () => {
    const hint = hintOf('add', { when: '8d' })
    expect(hint).toMatch(asPattern('Name a time of day for what is further away: "2026-12-24 07:00".'))
    data(say('add', { when: /"([^"]+)"/.exec(hint)?.[1] }))
  })

  it('for days that are none writes what are days, and a time of day with them', () => {
    const hint = hintOf('add', { when: '07:00', repeat: 'often' })
    expect(hint).toMatch(asPattern('Write daily, weekdays, weekends, or days such as mon,wed.'))
    const [, one, two, three, days] = /Write (\w+), (\w+), (\w+), or days such as (\S+)\./.exec(hint) ?? []
    for (const repeat of [one, two, three, days]) data(say('add', { when: '07:00', repeat }))
    const other = hintOf('add', { when: '10min', repeat: 'daily' })
    expect(other).toMatch(asPattern('Write a time such as 07:00 with --repeat.'))
    data(say('add', { when: /such as (\S+)/.exec(other)?.[1], repeat: 'daily' }))
  })

  it('for a time that is over names one that comes', () => {
    expect(hintOf('add', { when: '2025-12-24 07:00' })).toMatch(asPattern('Name a time that comes.'))
    data(say('add', { when: '2026-12-24 07:00' }))
  })

  it('where too many wait cancels one', () => {
    for (let at = 0; at < 100; at++) data(say('add', { when: '10min', name: `t${at}` }))
    const hint = hintOf('add', { when: '10min' })
    expect(hint).toMatch(asPattern('Cancel some that nobody needs: lares timers list shows them.'))
    data(say('cancel', { timer: list()[0]?.id }))
    data(say('add', { when: '10min' }))
  })
})

describe('whoever cancels a timer', () => {
  it('of two that are called alike names one by its id', () => {
    for (const when of ['10min', '20min']) data(say('add', { when, name: 'tea' }))
    const hint = hintOf('cancel', { timer: 'tea' })
    expect(hint).toMatch(asPattern('Name one of them by its id: lares timers list shows them.'))
    data(say('cancel', { timer: list()[0]?.id }))
    data(say('cancel', { timer: 'tea' }))
  })

  it('by a name that is none takes the nearest, or looks', () => {
    expect(hintOf('cancel', { timer: 'tea' })).toMatch(asPattern('See lares timers list.'))
    expect(list()).toEqual([])
    data(say('add', { when: '10min', name: 'pasta' }))
    const hint = hintOf('cancel', { timer: 'paste' })
    expect(hint).toMatch(asPattern('Did you mean …? See lares timers list.'))
    data(say('cancel', { timer: /mean (\S+)\?/.exec(hint)?.[1] }))
  })
})

describe('whoever has a note forgotten', () => {
  it('that is none looks which there are', () => {
    data(ask(house, commandInput('voice/ask', { text: 'remember that the key is under the mat' })))
    const { hint } = ask(house, commandInput('voice/forget', { note: 99 })).error ?? {}
    expect(hint).toMatch(asPattern('See lares voice notes.'))
    const [note] = query<{ notes: { id: number }[] }>(house, 'voice/notes').notes
    data(ask(house, commandInput('voice/forget', { note: note?.id })))
    expect(query(house, 'voice/notes')).toEqual({ notes: [] })
  })
})
