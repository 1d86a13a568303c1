import { createRequire } from 'node:module'

/**
 * The one place that loads drizzle-orm. Through `require` it costs a quarter of the memory it costs as an ES module,
 * because only the files that are used are evaluated. Only the engine's thread declares tables.
 */
const require = createRequire(import.meta.url)

export const core = require('drizzle-orm/sqlite-core') as typeof import('drizzle-orm/sqlite-core')

export const { sql } = require('drizzle-orm/sql') as typeof import('drizzle-orm/sql')
