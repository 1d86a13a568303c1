import type { Mutation } from './mutation.ts'

const SQLITE = 'test/scripts/sqlite.test.ts'

/** What scripts/setup compiles. */
export const SETUP: readonly Mutation[] = [
  {
    without: 'the one definition for which SQLite is compiled',
    file: 'scripts/lib/sqlite.sh',
    text: ' -DHAVE_FDATASYNC=1" JOBS',
    becomes: '" JOBS',
    test: { file: SQLITE, name: "compiles with fdatasync where the package's loader looks first" },
  },
  {
    without: 'comparing what was compiled with what came',
    file: 'scripts/lib/sqlite.sh',
    text: 'sqlite_is_the_same "$log" "$kept" && put_sqlite',
    becomes: 'put_sqlite',
    test: { file: SQLITE, name: 'leaves nothing of what' },
  },
  {
    without: 'looking whether what was compiled flushes as it should',
    file: 'scripts/lib/compare-sqlite.ts',
    text: "if (readFileSync(compiled).includes('\\0fsync\\0'))",
    becomes: "if (readFileSync(compiled).includes('no such name'))",
    test: { file: SQLITE, name: 'refuses one that flushes as before' },
  },
]
