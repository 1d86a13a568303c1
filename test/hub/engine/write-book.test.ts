import { beforeEach, describe, expect, it } from 'vitest'
import { WriteBook } from '../../../hub/engine/write-book.ts'
import { type Database, openDatabase } from '../../../shared/sqlite/open.ts'

let db: Database
let grown: number
let book: WriteBook

beforeEach(() => {
  db = openDatabase({ file: ':memory:' })
  db.exec('CREATE TABLE t (x) ')
  grown = 0
  book = new WriteBook(db, {
    take() {
      const bytes = grown
      grown = 0
      return bytes
    },
  })
})

const rows = (count: number) => {
  for (let row = 0; row < count; row += 1) db.exec('INSERT INTO t VALUES (1)')
}

function transaction(bytes: number, body: () => void): void {
  book.begin()
  body()
  grown = bytes
  book.committed()
}

describe('what is written, by its cause', () => {
  it('is divided by the rows that each cause changed, to the last byte', () => {
    transaction(1_000, () => {
      book.cause('readings')
      rows(2)
      book.cause('events')
      rows(1)
      book.cause('readings')
      rows(4)
    })
    expect(book.totals).toEqual({ readings: { commits: 1, bytes: 858 }, events: { commits: 0, bytes: 142 } })
  })

  it('is no commit where a transaction wrote nothing', () => {
    transaction(0, () => book.cause('heartbeats'))
    expect(book.totals).toEqual({})
  })

  it('is for nothing in particular until a cause is named, and in each transaction anew', () => {
    transaction(100, () => {
      book.cause('sync')
      rows(1)
    })
    transaction(50, () => rows(1))
    expect(book.totals).toEqual({ sync: { commits: 1, bytes: 100 }, other: { commits: 1, bytes: 50 } })
  })

  it('counts what grew without rows for what was named last', () => {
    transaction(70, () => book.cause('retention'))
    expect(book.totals).toEqual({ retention: { commits: 1, bytes: 70 } })
  })

  it('tells files from the log, which commits', () => {
    book.wrote('backups', 5_000)
    grown = 300
    book.logGrew('tidying')
    book.logGrew('tidying')
    expect(book.totals).toEqual({ backups: { commits: 0, bytes: 5_000 }, tidying: { commits: 1, bytes: 300 } })
  })

  it('knows whether a transaction writes already, so that nothing else makes it', () => {
    rows(1)
    book.begin()
    expect(book.isWriting).toBe(false)
    rows(1)
    expect(book.isWriting).toBe(true)
  })
})
