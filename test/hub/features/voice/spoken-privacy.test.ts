import { beforeEach, describe, expect, it } from 'vitest'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { ends, houseWithSpeakers, say, starts } from '../sessions/talk.ts'

let house: TestHouse
beforeEach(() => {
  house = houseWithSpeakers()
})

/** A turn with its words, as somebody would have spoken it. */
function spoken(device: string, turn: string, words: string | null): string {
  starts(house, device, turn)
  const { file } = ends(house, device, turn)
  const [row] = house.all<{ session: string; id: string }>(
    'SELECT session_id AS session, id FROM turns WHERE id = ?',
    `${device}/${turn}`,
  )
  const add = house.db.prepare(
    'INSERT INTO messages (id, session_id, turn_id, role, content, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  if (words !== null)
    for (const [role, text] of [
      ['user', words],
      ['assistant', `answer to ${words}`],
    ] as const)
      add.run(`${device}-${turn}-${role}`, row?.session, row?.id, role, text, house.now, house.now)
  house.now += 1_000
  return file
}

const asks = (text: string, device = 'kitchen-pi') =>
  say(house, 'voice/ask', { text, device }).data as { text: string; intent: string; done: string[] }
const kept = () =>
  house
    .all<{ content: string }>("SELECT content FROM messages WHERE content <> '' ORDER BY id")
    .map((row) => row.content)
const clips = () =>
  house.all<{ turn_id: string }>('SELECT turn_id FROM audio_clips ORDER BY id').map((row) => row.turn_id)

describe('what was heard last', () => {
  it('is told on the speaker that heard it, and on no other', () => {
    expect(asks('what did you hear').text).toBe('I have kept nothing that was said here in the last ten minutes.')
    spoken('kitchen-pi', 't1', 'the code is four two')
    spoken('hall-pi', 't2', 'good night')
    expect(asks('what did you hear').text).toBe('I heard: the code is four two.')
    expect(asks('was hast du zuletzt gehört', 'hall-pi').text).toBe('Gehört habe ich: good night.')
    expect(asks('what did you hear', 'attic-pi').text).toContain('I have kept nothing')
    spoken('kitchen-pi', 't3', null)
    expect(asks('what did you hear').text).toBe('I heard: the code is four two.')
    spoken('attic-pi', 't4', null)
    expect(asks('what did you hear', 'attic-pi').text).toBe('I have a recording of it, and no words.')
  })

  it('is told to nobody who comes later', () => {
    spoken('kitchen-pi', 't1', 'the code is four two')
    house.now += 600_000
    expect(asks('what did you hear').text).toContain('I have kept nothing')
    expect(asks('forget that').done).toEqual([])
    expect(kept()).toHaveLength(2)
  })
})

describe('what is to be forgotten', () => {
  it('is gone, words, answer and recording, and what was said before stays', () => {
    spoken('kitchen-pi', 't1', 'good morning')
    const file = spoken('kitchen-pi', 't2', `the code is four two ${'x'.repeat(9_000)}`)
    spoken('hall-pi', 't3', 'good night')
    house.db.exec('DELETE FROM sync_changes')
    expect(asks('what did you hear').text).toContain('four two')
    expect(asks('forget that')).toMatchObject({
      text: 'It is forgotten: the words and the recording are gone.',
      done: ['turn kitchen-pi/t2 forgotten'],
    })
    expect(kept()).toEqual(['answer to good night', 'good night', 'answer to good morning', 'good morning'])
    expect(clips()).toEqual(['kitchen-pi/t1', 'hall-pi/t3'])
    expect(house.effects.flatMap((one) => (one.kind === 'delete_clip' ? [one.file] : []))).toContain(file)
    expect(house.db.serialize().includes('the code is four two')).toBe(false)
    const changed = house
      .all<{ table_name: string }>('SELECT table_name FROM sync_changes')
      .map((row) => row.table_name)
    expect(changed).toEqual(expect.arrayContaining(['audio_clips', 'messages']))
    const [event] = house.all<{ description: string; event_data: string }>(
      "SELECT description, event_data FROM events WHERE event_type = 'recording_deleted'",
    )
    expect(event?.description).toContain('kitchen-pi')
    expect(JSON.stringify(event)).not.toContain('four two')
    expect(asks('was hast du gehört').text).toBe('Gehört habe ich: good morning.')
  })

  it('is what was meant, with every answer that tells it and what was heard since', () => {
    spoken('kitchen-pi', 't1', 'good morning')
    spoken('kitchen-pi', 't2', 'the code is four two')
    spoken('kitchen-pi', 't3', 'what did you hear')
    spoken('kitchen-pi', 't4', 'wiederhol das')
    spoken('kitchen-pi', 't5', null)
    expect(asks('what did you hear').text).toBe('I heard: the code is four two.')
    expect(asks('forget that').done).toHaveLength(4)
    expect(kept()).toEqual(['answer to good morning', 'good morning'])
    expect(clips()).toEqual(['kitchen-pi/t1'])
  })

  it('is not the turn in which somebody says so', () => {
    spoken('kitchen-pi', 't1', 'the code is four two')
    starts(house, 'kitchen-pi', 't2')
    ends(house, 'kitchen-pi', 't2')
    const heard = house.input<{ text: string }>({
      ...{ kind: 'turn_heard', device: 'kitchen-pi', turn: 't2', text: 'Forget that.', by: 'ears' },
    })
    expect(heard.value.text).toBe('It is forgotten: the words and the recording are gone.')
    expect(kept()).toEqual(['Forget that.'])
    expect(clips()).toEqual(['kitchen-pi/t2'])
  })

  it('is also a sound without words', () => {
    spoken('kitchen-pi', 't1', null)
    expect(asks('vergiss das').text).toBe('Das ist vergessen, die Worte und die Aufnahme sind weg.')
    expect(clips()).toEqual([])
  })
})
