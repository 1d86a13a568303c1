import { beforeEach, describe, expect, it } from 'vitest'
import { findAdminCommand } from '../../../hub/features/commands.ts'
import { memberOf } from '../callers.ts'
import { ask, authorizedFor, commandInput, data, query } from '../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../engine/engine-in-memory.ts'
import { conversation } from './retention/conversation.ts'

let house: TestHouse
beforeEach(() => {
  house = openTestHouse()
  house.device('garden-esp')
  conversation(house, 'one')
  conversation(house, 'two')
  house.db.exec('DELETE FROM sync_changes')
})

const NAME = 'sessions/delete-recording'
const remove = (params: object, more = {}) => ask(house, commandInput(NAME, { turn: 't-one', ...params }, more))
const danger = (params: object) => {
  const command = findAdminCommand('sessions', 'delete-recording')
  const context = { db: house.db, caller: authorizedFor(NAME), now: house.now }
  return command?.danger?.(context, command.params.parse({ turn: 't-one', ...params }))
}
const clips = () => house.all<{ id: string }>('SELECT id FROM audio_clips').map(({ id }) => id)
const words = () =>
  house.all<{ content: string }>('SELECT content FROM messages ORDER BY id').map(({ content }) => content)
const files = () => house.effects.flatMap((effect) => (effect.kind === 'delete_clip' ? [effect.file] : []))
const changes = () => house.all('SELECT table_name, row_key FROM sync_changes ORDER BY table_name')

describe('a recording that somebody wants gone', () => {
  it('goes with its file, and central is told of the row; its words stay', () => {
    expect(data(remove({}))).toMatchObject({ turn: 't-one', messages: 0 })
    expect(clips()).toEqual(['c-two'])
    expect(files()).toEqual(['one.wav'])
    expect(words()).toEqual(['said in one', 'said in two'])
    expect(changes()).toEqual([{ table_name: 'audio_clips', row_key: 'c-one' }])
    const { sessions } = query<{ sessions: { turns: { id: string; file: string | null }[] }[] }>(house, 'sessions/list')
    expect(sessions.flatMap(({ turns }) => turns).find(({ id }) => id === 't-one')).toMatchObject({ file: null })
  })

  it('goes with its words where that is said, which are nowhere in the file of the database any more', () => {
    // Long enough for pages of its own, which are let go.
    house.db.prepare("UPDATE messages SET content = ? WHERE id = 'm-one'").run('said in one '.repeat(2_000))
    expect(data(remove({ text: true }))).toMatchObject({ messages: 1 })
    expect(words()).toEqual(['', 'said in two'])
    expect(changes()).toContainEqual({ table_name: 'messages', row_key: 'm-one' })
    expect(house.db.serialize().includes('said in one')).toBe(false)
    expect(house.db.serialize().includes('said in two')).toBe(true)
  })

  it('is named before it goes, with what stays', () => {
    expect(danger({})).toMatch(
      /^The recording of .* that garden-esp made at .*; the message of that turn stays\. Backups/,
    )
    expect(danger({ text: true })).toMatch(/will be removed for good, with the message of that turn\. Backups/)
    expect(clips()).toHaveLength(2)
  })

  it('is in the audit, with who removed it, and not with what was said', () => {
    remove({ text: true })
    const events = house.all<{ description: string; event_data: string }>(
      "SELECT description, event_data, category FROM events WHERE event_type = 'recording_deleted'",
    )
    expect(events).toMatchObject([{ category: 'audit', description: expect.stringContaining('garden-esp') }])
    expect(JSON.stringify(events)).not.toContain('said in')
  })

  it('is there once, and for those who may configure its house', () => {
    const home = house.all<{ id: string }>('SELECT id FROM houses')[0]?.id ?? ''
    house.db.exec("INSERT INTO houses (id, name, created_at, updated_at) VALUES ('cottage', 'Cottage', 0, 0)")
    expect(remove({}, { caller: memberOf('owner', 'cottage') })).toMatchObject({ error: { code: 'not_found' } })
    expect(remove({}, { caller: memberOf('resident', home) })).toMatchObject({ error: { code: 'forbidden' } })
    expect(remove({}, { caller: memberOf('owner', home) })).toMatchObject({ status: 'ok' })
    expect(remove({}, { id: 'again' })).toMatchObject({ error: { code: 'not_found' } })
  })

  it('may be words alone, whose sound went by itself', () => {
    house.db.exec("DELETE FROM audio_clips WHERE turn_id = 't-one'")
    expect(remove({})).toMatchObject({ error: { code: 'not_found', hint: 'Its words are still kept: say --text.' } })
    expect(danger({ text: true })).toMatch(
      /^What was said in the turn that garden-esp had at .* will be removed for good, with the message of that turn/,
    )
    expect(data(remove({ text: true }, { id: 'words' }))).toMatchObject({ messages: 1 })
    expect(words()).toEqual(['', 'said in two'])
    expect(remove({ text: true }, { id: 'again' })).toMatchObject({ error: { code: 'not_found' } })
  })
})
