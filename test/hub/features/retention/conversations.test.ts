import { describe, expect, it } from 'vitest'
import { readPurged } from '../../../../hub/store/purged.ts'
import { ask, commandInput } from '../../engine/ask.ts'
import { conversation } from './conversation.ts'
import { DAY, HOUR, type RetentionHouse, retentionHouse } from './retention-house.ts'

const TABLES = ['messages', 'turns', 'audio_clips', 'sessions'] as const

const left = (house: RetentionHouse) =>
  TABLES.flatMap((table) => house.all<{ id: string }>(`SELECT id FROM ${table} ORDER BY id`).map(({ id }) => id))

const changes = (house: RetentionHouse) =>
  house.all(`SELECT table_name, row_key FROM sync_changes WHERE table_name IN ('${TABLES.join("', '")}')`)

/** Several looks through everything; one takes messages, the next what stood below them. */
function purge(house: RetentionHouse): string[] {
  const files: string[] = []
  for (let looks = 0; looks < 3; looks++) {
    house.tick(HOUR)
    files.push(...house.effects.flatMap((effect) => (effect.kind === 'delete_clip' ? [effect.file] : [])))
  }
  return files
}

describe('the purge of conversations', () => {
  it('takes what was said, its turn with clip and file, and the session of which nothing is left', () => {
    const house = retentionHouse()
    conversation(house, 'old', { age: 366 * DAY })
    conversation(house, 'new', { age: 364 * DAY })
    expect(purge(house)).toEqual(['old.wav'])
    expect(left(house)).toEqual(['m-new', 't-new', 'c-new', 's-new'])
  })

  it('leaves no trace in the change log: central is told of no deletion', () => {
    const house = retentionHouse()
    conversation(house, 'old', { age: 366 * DAY })
    expect(changes(house)).toHaveLength(4)
    purge(house)
    expect(left(house)).toEqual([])
    expect(changes(house)).toEqual([])
  })

  it('waits for what central does not have yet, and for what it refused', () => {
    const house = retentionHouse()
    house.unsent.acknowledged.events = 0
    for (const name of ['sent', 'waits', 'held']) conversation(house, name, { age: 366 * DAY })
    house.db.exec("DELETE FROM sync_changes WHERE row_key NOT LIKE '%-waits'")
    house.db.exec(
      "INSERT INTO sync_quarantine (table_name, row_key, epoch, stream, code, reason, held_at) VALUES ('messages', 'm-held', 0, 'changes', '22', '', 0)",
    )
    purge(house)
    expect(left(house)).toEqual(['m-held', 'm-waits', 't-held', 't-waits', 'c-held', 'c-waits', 's-held', 's-waits'])
  })

  it('lets a message that is kept keep its turn and its session', () => {
    const house = retentionHouse()
    conversation(house, 'old', { age: 366 * DAY })
    expect(ask(house, commandInput('retention/set', { class: 'messages', days: 'never' })).status).toBe('ok')
    purge(house)
    expect(left(house)).toEqual(['m-old', 't-old', 'c-old', 's-old'])
  })

  it('leaves a session that goes on, and a turn that is open', () => {
    const house = retentionHouse()
    conversation(house, 'old', { age: 366 * DAY })
    house.db.exec("DELETE FROM messages; UPDATE turns SET phase = 'open'; UPDATE sessions SET state = 'paused'")
    purge(house)
    expect(left(house)).toEqual(['t-old', 'c-old', 's-old'])
  })

  it('says up to when rows may be gone, at start already, and never goes back', () => {
    const house = retentionHouse()
    expect(readPurged(house.db).messages).toBe(house.now - 365 * DAY)
    ask(house, commandInput('retention/set', { class: 'messages', days: 10 }))
    house.now += DAY
    house.restart()
    const upto = house.now - 10 * DAY
    expect(readPurged(house.db)).toMatchObject({ messages: upto, sessions: house.now - 365 * DAY })
    ask(house, commandInput('retention/set', { class: 'messages', days: 'default' }))
    house.restart()
    expect(readPurged(house.db).messages).toBe(upto)
  })

  it('does not believe a clock that nothing sets', () => {
    const house = retentionHouse()
    const before = readPurged(house.db).messages
    house.clockSynced = false
    house.now += 1_000 * DAY
    house.restart()
    house.tick(1_000)
    expect(readPurged(house.db).messages).toBe(before)
  })
})
