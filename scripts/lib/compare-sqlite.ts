/**
 * Whether an SQLite that was compiled here (scripts/lib/sqlite.sh) is the one that came with the package, but for how it flushes:
 *
 *   node scripts/lib/compare-sqlite.ts <compiled> <shipped>
 *
 * Both are files of better-sqlite3. Ends with 1 and says why when the compiled one is another version, has other options, still
 * calls fsync, or does not give back what it stored.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'

const [compiled = '', shipped = ''] = process.argv.slice(2)

/** Version and options, without the name of the compiler, which is another one. */
function buildOf(nativeBinding: string): string {
  const db = new Sqlite(':memory:', { nativeBinding })
  const options = db.prepare('PRAGMA compile_options').pluck().all() as string[]
  const version = String(db.prepare('SELECT sqlite_source_id()').pluck().get())
  db.close()
  return [version, ...options.filter((option) => !option.startsWith('COMPILER='))].join('\n')
}

function stores(nativeBinding: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'lares-sqlite-'))
  try {
    const file = join(folder, 'try.db')
    const writer = new Sqlite(file, { nativeBinding })
    writer.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('kept')")
    writer.close()
    const reader = new Sqlite(file, { nativeBinding, readonly: true })
    const kept = reader.prepare('SELECT x FROM t').pluck().get()
    reader.close()
    return kept === 'kept'
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function difference(): string | null {
  // A name in the table of symbols: SQLite has no other use for it.
  if (readFileSync(compiled).includes('\0fsync\0')) return 'it still calls fsync'
  const [here, there] = [buildOf(compiled), buildOf(shipped)]
  if (here !== there) return `it is\n${here}\ninstead of\n${there}`
  return stores(compiled) ? null : 'it does not give back what it stored'
}

const found = difference()
if (found !== null) {
  console.error(`the compiled SQLite is refused: ${found}`)
  process.exitCode = 1
}
