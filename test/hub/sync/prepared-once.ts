import type { Database, Statement } from '../../../shared/sqlite/open.ts'

/**
 * Has a database compile each SQL text once, however often it is prepared. A simulated life asks the same things thousands of
 * times, and half of its time went into that. What each prepared statement was told of its rows (`pluck`, `raw`) stays its own.
 */
export function preparingOnce(db: Database): Database {
  const compiled = new Map<string, Statement>()
  const compile = db.prepare.bind(db)
  db.prepare = ((sql: string) => {
    let statement = compiled.get(sql)
    if (statement === undefined) {
      statement = compile(sql)
      compiled.set(sql, statement)
    }
    return statement.reader ? new Reading(statement, () => compile(sql)) : statement
  }) as Database['prepare']
  return db
}

/** As much of a statement that returns rows as the hub uses. */
class Reading {
  #statement: Statement
  #anew: () => Statement
  #as: 'objects' | 'values' | 'lists' = 'objects'

  constructor(statement: Statement, anew: () => Statement) {
    this.#statement = statement
    this.#anew = anew
  }

  pluck(): this {
    this.#as = 'values'
    return this
  }

  raw(): this {
    this.#as = 'lists'
    return this
  }

  get(...values: unknown[]): unknown {
    return this.#told(this.#statement).get(...values)
  }

  all(...values: unknown[]): unknown[] {
    return this.#told(this.#statement).all(...values)
  }

  /** Nobody else may use a statement meanwhile. */
  iterate(...values: unknown[]): IterableIterator<unknown> {
    return this.#told(this.#anew()).iterate(...values)
  }

  #told(statement: Statement): Statement {
    if (this.#as === 'objects') return statement.pluck(false).raw(false)
    return this.#as === 'values' ? statement.pluck(true) : statement.raw(true)
  }
}
