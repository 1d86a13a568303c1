import { beforeEach, describe, expect, it } from 'vitest'
import { START, type TestHouse } from '../../engine/engine-in-memory.ts'
import { arrives, ends, houseWithSpeakers, leaves, say, sessions, starts } from '../sessions/talk.ts'

let house: TestHouse
beforeEach(() => {
  house = houseWithSpeakers()
  const [home] = house.all<{ id: string }>('SELECT id FROM houses')
  for (const room of ['kitchen', 'hall', 'attic', 'cellar'])
    house.db
      .prepare(
        "INSERT INTO rooms (id, house_id, name, room_type, created_at, updated_at) VALUES (?, ?, ?, 'other', ?, ?)",
      )
      .run(room, home?.id, room, START, START)
  for (const room of ['kitchen', 'hall', 'attic'])
    house.db.prepare('UPDATE devices SET room_id = ? WHERE id = ?').run(room, `${room}-pi`)
  starts(house, 'kitchen-pi', 't1')
  ends(house, 'kitchen-pi', 't1')
})

const asks = (text: string, device = 'kitchen-pi', more = {}) =>
  say(house, 'voice/ask', { text, device, ...more }).data as { text: string; intent: string; done: string[] }
const heard = (device: string, turn: string, text: string) =>
  house.input<{ text: string }>({ kind: 'turn_heard', device, turn, text, by: 'ears' }).value.text
const answered = (device: string, turn: string, text: string) =>
  house.input({
    ...{ kind: 'turn_answered', device, turn },
    answer: {
      ...{ text, heard: text, end: 'played', by: 'sentences', voice: 'v', tokens: null, error: null },
      ...{ stages: { began: 0, sounds: 90 }, latencyMs: 90 },
    },
  })
const at = () => sessions(house).map(({ device_id, state }) => `${device_id} ${state}`)

describe('a conversation that is to go on elsewhere', () => {
  it.each([
    ['continue in the hall', 'Going on at hall-pi.'],
    ['mach im Flur weiter', 'Es geht weiter: hall-pi.'],
  ])('goes there: %s', (text, answer) => {
    house.db.prepare("UPDATE rooms SET name = 'Flur' WHERE id = 'hall' AND ? LIKE '%Flur%'").run(text)
    expect(asks(text)).toMatchObject({ text: answer, intent: 'continue_elsewhere', done: [expect.any(String)] })
    expect(at()).toEqual(['kitchen-pi handed_off'])
    expect(asks('continue in the attic').text).toBe('The conversation is on its way already. Give me a second.')
    house.tick(1_000)
    expect(at()).toEqual(['hall-pi active'])
  })

  it('stays where it is, with what is in its way', () => {
    expect(asks('continue in the kitchen').text).toBe('We are in kitchen already.')
    expect(asks('continue in the cellar').text).toBe(
      'I find no speaker called cellar, or in a room of that name, that could hear you.',
    )
    leaves(house, 'hall-pi')
    expect(asks('continue in the hall').text).toBe('We cannot go on there: hall-pi cannot be reached.')
    starts(house, 'attic-pi', 't2')
    expect(asks('mach auf attic-pi weiter').text).toBe(
      'Dort geht es nicht weiter: attic-pi spricht gerade mit jemand anderem.',
    )
    house.db.prepare(`UPDATE devices SET capabilities = '["audio_output"]' WHERE id = 'hall-pi'`).run()
    arrives(house, 'hall-pi')
    house.db.prepare(`UPDATE devices SET capabilities = '["audio_output"]' WHERE id = 'hall-pi'`).run()
    expect(asks('continue at hall-pi').text).toBe('We cannot go on there: hall-pi cannot both hear and speak.')
    expect(asks('continue in the kitchen', 'hall-pi').text).toBe('There is no conversation that could go on elsewhere.')
    expect(say(house, 'voice/ask', { text: 'continue in the hall' }).data).toMatchObject({ done: [] })
    expect(at()).toEqual(['kitchen-pi active', 'attic-pi active'])
  })

  it('asks which where there are several, and takes the one that is there', () => {
    house.db.prepare("UPDATE devices SET room_id = 'hall' WHERE id = 'attic-pi'").run()
    expect(asks('continue in the hall').text).toBe('Which one? There is attic-pi and hall-pi.')
    leaves(house, 'attic-pi')
    expect(asks('continue in the hall').text).toBe('Going on at hall-pi.')
  })

  it('comes back within ten seconds, asked for at either of the two, and not later', () => {
    expect(asks('come back').text).toBe('No conversation has left here that I could take back.')
    asks('continue in the hall')
    expect(asks('come back').text).toBe('The conversation is on its way already. Give me a second.')
    house.tick(1_000)
    house.now += 9_000
    expect(asks('komm zurück', 'hall-pi').text).toBe('Es geht weiter: kitchen-pi.')
    house.tick(1_000)
    expect(at()).toEqual(['kitchen-pi active'])
    asks('continue in the hall')
    house.tick(1_000)
    expect(asks('come back').text).toBe('Going on at kitchen-pi.')
    house.tick(1_000)
    asks('continue in the hall')
    house.tick(1_000)
    house.now += 10_001
    expect(asks('come back').text).toBe('That is longer ago than ten seconds. Say where the conversation is to go on.')
    expect(at()).toEqual(['hall-pi active'])
  })

  it('goes there from the turn in which somebody says so, as soon as they were told', () => {
    for (const [turn, from, to, text] of [
      ['t2', 'kitchen-pi', 'hall-pi', 'Continue in the hall.'],
      ['t3', 'hall-pi', 'kitchen-pi', 'Come back!'],
    ] as const) {
      starts(house, from, turn)
      ends(house, from, turn)
      expect(heard(from, turn, text)).toBe(`Going on at ${to}.`)
      house.tick(2_000)
      expect(at()).toEqual([`${from} handed_off`])
      expect(answered(from, turn, `Going on at ${to}.`).verdict).toBe('stored')
      house.tick(1_000)
      expect(at()).toEqual([`${to} active`])
    }
    expect(house.all('SELECT role, content FROM messages')).toEqual([
      { role: 'user', content: 'Continue in the hall.' },
      { role: 'assistant', content: 'Going on at hall-pi.' },
      { role: 'user', content: 'Come back!' },
      { role: 'assistant', content: 'Going on at kitchen-pi.' },
    ])
  })

  it('goes there without a word where telling takes too long, and its late answer is refused', () => {
    starts(house, 'kitchen-pi', 't2')
    ends(house, 'kitchen-pi', 't2')
    heard('kitchen-pi', 't2', 'Continue in the hall.')
    house.tick(8_001)
    expect(at()).toEqual(['hall-pi active'])
    expect(answered('kitchen-pi', 't2', 'Going on at hall-pi.').verdict).toBe('refused')
  })

  it('stays where somebody speaks on while they are told', () => {
    starts(house, 'kitchen-pi', 't2')
    ends(house, 'kitchen-pi', 't2')
    heard('kitchen-pi', 't2', 'Continue in the hall.')
    starts(house, 'kitchen-pi', 't3')
    expect(answered('kitchen-pi', 't2', 'Going on').verdict).toBe('refused')
    house.tick(1_000)
    expect(at()).toEqual(['kitchen-pi active'])
  })

  it('comes back to where somebody asks for it, though the turn is not over on the disk', () => {
    asks('continue in the hall')
    house.tick(1_000)
    starts(house, 'kitchen-pi', 't2')
    const back = house.input<{ text: string }>({
      ...{ kind: 'turn_heard', device: 'kitchen-pi', turn: 't2', text: 'Come back!', by: 'ears' },
    })
    expect(back.value.text).toBe('Going on at kitchen-pi.')
    ends(house, 'kitchen-pi', 't2')
    house.tick(1_000)
    expect(at()).toEqual(['hall-pi handed_off', 'kitchen-pi active'])
    expect(answered('kitchen-pi', 't2', 'Going on at kitchen-pi.').verdict).toBe('stored')
    house.tick(1_000)
    expect(at()).toEqual(['kitchen-pi active', 'kitchen-pi ended'])
  })

  it('stays where the persona may not hand over', () => {
    house.db.prepare(`UPDATE personas SET behavior_config = '{"actions":["timers/*"]}'`).run()
    expect(asks('continue in the hall')).toMatchObject({ text: 'I may not do that here.', done: [] })
  })
})
