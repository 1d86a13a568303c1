import type { Mutation } from './mutation.ts'

const STORE = 'test/hub/store/search-index.test.ts'
const INDEXES = 'test/hub/features/search/indexes.test.ts'
const FIND = 'test/hub/features/search/find.test.ts'

/** What keeps a search index true, and what it must not keep. */
export const SEARCH: readonly Mutation[] = [
  {
    without: 'taking the words of a removed row out of a search index at once',
    file: 'hub/store/search-index.ts',
    text: "VALUES ('secure-delete', 1)",
    becomes: "VALUES ('secure-delete', 0)",
    test: { file: INDEXES, name: 'keeps no word of a device that was erased' },
  },
  {
    without: 'leaving a row alone that a search index has not yet',
    file: 'hub/store/search-index.ts',
    text: '`EXISTS (SELECT 1 FROM ${docsize} WHERE id = OLD."${key}")`',
    becomes: "'1'",
    test: { file: INDEXES, name: 'is filled in steps from a table that was there before it' },
  },
  {
    without: 'making a search index anew where damage was met',
    file: 'hub/store/open-store.ts',
    text: "{ anew: suspicion === 'damage' }",
    becomes: '{ anew: false }',
    test: { file: STORE, name: 'is made anew where damage was met' },
  },
  {
    without: 'passing over a damaged search index in a check of the database',
    file: 'hub/store/check.ts',
    text: ' && !/\\bfts5\\b/i.test(found)',
    becomes: '',
    test: { file: STORE, name: 'that is damaged does not make the database a damaged one' },
  },
  {
    without: 'leaving search indexes out of a backup',
    file: 'hub/store/copy-rows.ts',
    text: ' AND ${NOT_DERIVED}',
    becomes: '',
    test: { file: STORE, name: 'is in no backup, and the hub that opens one makes it anew' },
  },
  {
    without: 'looking for rows that a search index lacks',
    file: 'hub/features/search/check-index.ts',
    text: 'if (missing !== undefined)',
    becomes: 'if (missing === null)',
    test: { file: INDEXES, name: 'is found out and made anew' },
  },
  {
    without: 'looking for rows that are gone behind the last of a search index',
    file: 'hub/features/search/check-index.ts',
    text: 'return stale === undefined ? null :',
    becomes: 'return stale !== null ? null :',
    test: { file: INDEXES, name: 'is found out by what it has behind the last row' },
  },
  {
    without: 'looking for rows that are gone among those that a search index has',
    file: 'hub/features/search/check-index.ts',
    text: 'if (stale !== undefined) return',
    becomes: 'if (stale === null) return',
    test: { file: INDEXES, name: 'is found out and made anew' },
  },
  {
    without: 'looking whether a search index finds a row by its own words',
    file: 'hub/features/search/check-index.ts',
    text: 'return notFoundByItsWords(db, index, span)',
    becomes: 'return null',
    test: { file: INDEXES, name: 'is found out within a day also in a table with text keys' },
  },
  {
    without: 'taking what is typed for words',
    file: 'hub/query/search-words.ts',
    text: `return \`"\${piece.replaceAll('"', '""')}"\``,
    becomes: 'return piece',
    test: { file: FIND, name: 'takes whatever is typed for words' },
  },
  {
    without: 'searching only the houses of the caller',
    file: 'hub/features/devices/list-commands.ts',
    text: "const visible = conditions(visibleHouses(caller, 'd.house_id')).when('d.house_id = ?', house)",
    becomes: "const visible = conditions().when('d.house_id = ?', house)",
    test: { file: FIND, name: 'finds nothing of a house that the caller does not belong to' },
  },
]
