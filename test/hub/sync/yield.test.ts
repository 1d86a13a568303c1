import { describe, expect, it } from 'vitest'
import { settleWords } from '../../../hub/features/sync/conflicts.ts'
import { ask, commandInput, data } from '../engine/ask.ts'
import { openTestHouse } from '../engine/engine-in-memory.ts'

describe('a row of central that was refused', () => {
  it('is found however many others were', () => {
    const house = openTestHouse()
    const { db, now } = house
    db.prepare(
      "INSERT INTO users (id, email, hashed_password, created_at, updated_at) VALUES ('own', 'anna@example.org', '-', ?, ?)",
    ).run(now, now)
    const refuse = db.prepare("INSERT INTO managed_rows VALUES ('care', 'users', ?, ?, 'taken', ?)")
    for (let number = 0; number < 1_001; number += 1) refuse.run(`a-${number}`, '{}', now)
    refuse.run('u-anna', JSON.stringify({ id: 'u-anna', email: 'anna@example.org' }), now)
    const answer = ask(house, commandInput('sync/yield', { table: 'users', key: 'u-anna' }))
    expect(data(answer)).toEqual({ table: 'users', key: 'u-anna', scope: 'care', replaced: ['own'] })
  })

  it('is settled by words that a shell takes as they are meant, whatever central calls its scopes and rows', () => {
    const refused = { scope: 'the $(id) ward', table: 'users', key: '`id`', reason: '', row: '', own: ['u-mine'] }
    expect(settleWords(refused)).toBe(
      "central's: lares sync yield users '`id`'; this hub's, at central: lares central remove 'the $(id) ward' users '`id`'",
    )
  })
})
