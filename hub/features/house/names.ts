import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { fold } from './named-house.ts'

/** Stands for no room, group, owner or person where one is asked for. */
export const NONE = 'none'

/** What people call a house, or something in it. Blanks around it are none of it. */
export const placeName = text(255)
  .trim()
  .min(1)
  .refine((name) => fold(name) !== NONE, `is the word for nothing; choose another name than ${NONE}`)

/** One that is asked for, by its id or name. */
export const nameParam = text(255).trim().min(1)

/** Throws `already_exists` when another row of these is called so. `where` has one `?` for each value. */
export function refuseTaken(
  db: Database,
  { table, where, values, what }: { table: string; where: string; values: readonly (string | null)[]; what: string },
  wish: { name: string | undefined; but?: string },
): void {
  const { name, but = '' } = wish
  if (name === undefined) return
  const others = db.prepare(`SELECT name FROM "${table}" WHERE ${where} AND id <> ?`).pluck()
  if ((others.all(...values, but) as string[]).some((other) => fold(other) === fold(name)))
    throw new LaresError('already_exists', `there is a ${what} ${name} already`)
}

/** A refinement for params of which nothing but these names something to change. */
export function saysSomething(params: Readonly<Record<string, unknown>>, ...names: readonly string[]): boolean {
  return Object.entries(params).some(([name, value]) => !names.includes(name) && value !== undefined)
}

/** What `saysSomething` refuses with. */
export const SAYS_NOTHING = 'says nothing to change'

export const clearParam = <const T extends readonly [string, ...string[]]>(columns: T) =>
  z.enum(columns).optional().meta({ description: 'what is to be said of it no longer' })
