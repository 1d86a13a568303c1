import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { answerQuestion } from '../../../hub/admin/answer-question.ts'
import { type Database, openDatabase } from '../../../shared/sqlite/open.ts'
import { LOCAL } from '../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../engine/engine-in-memory.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe('the answer to a question', () => {
  let folder: string
  let house: TestHouse
  let reader: Database

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lares-question-'))
    const file = join(folder, 'hub.db')
    house = openTestHouse({ file })
    house.device('garden-esp', 'mqtt')
    reader = openDatabase({ file, readonly: true })
  })
  afterEach(() => {
    reader.close()
    house.db.close()
    rmSync(folder, { recursive: true })
  })

  const ask = (device: string) => {
    const params = { device, sensor: 's', step: '1h', limit: 100 }
    return answerQuestion(reader, { area: 'readings', verb: 'summary', params, caller: LOCAL, now: house.now })
  }

  function counts(): number[] {
    const answer = ask('garden-esp')
    if (!('data' in answer)) throw new Error(answer.message)
    const { series } = JSON.parse(answer.data) as { series: { summaries: { count: number }[] }[] }
    return series.flatMap(({ summaries }) => summaries.map(({ count }) => count))
  }

  it('is of one moment, also where an hour is rolled up between two of its statements', () => {
    for (let minute = 0; minute < 59; minute += 1) {
      house.send(['lares/garden-esp/readings', { items: [{ sensor: 's', value: minute }] }])
      house.tick(MINUTE)
    }
    const prepare = reader.prepare.bind(reader)
    let rolledUp = false
    vi.spyOn(reader, 'prepare').mockImplementation(((sql: string) => {
      // How far rollups are was read before.
      if (sql.includes('FROM reading_rollups') && !rolledUp) {
        rolledUp = true
        house.tick(MINUTE)
      }
      return prepare(sql)
    }) as typeof reader.prepare)
    expect(counts()).toEqual([59])
    expect(house.all('SELECT count FROM reading_rollups WHERE step = ?', HOUR)).toEqual([{ count: 59 }])
  })

  it('holds nothing of the database when it is given, and when it was refused', () => {
    const checkpoint = () => house.db.pragma('wal_checkpoint(TRUNCATE)')
    const say = () => house.send(['lares/garden-esp/readings', { items: [{ sensor: 's', value: 1 }] }])
    say()
    for (const device of ['garden-esp', 'nobody']) {
      const answer = ask(device)
      expect('data' in answer).toBe(device === 'garden-esp')
      expect(reader.inTransaction).toBe(false)
      say()
      expect(checkpoint()).toMatchObject([{ busy: 0, log: 0 }])
    }
  })
})
