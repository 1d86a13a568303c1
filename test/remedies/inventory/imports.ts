import type { Inventory } from './entry.ts'

const OF_FILE = {
  because: 'whoever wrote the file mends it: test/cli/import/importing.test.ts reads wrong and right ones',
}
const OF_ROW = {
  because:
    'whoever wrote the list mends it: test/hub/features/import/importing.test.ts takes wrong rows and right ones',
}

/** The remedies of what takes devices over from lists. */
export const IMPORTS: Inventory = {
  'cli/import/': {
    'Put a text with separators in quotes, and write a quote in it twice.': {
      because: 'whoever wrote the file mends it: test/cli/import/csv-rows.test.ts reads both',
    },
    'Write what the columns are above the first row:': OF_FILE,
    'The first line of CSV names the columns:': OF_FILE,
    '… Then say the same again: what is done stays, and the rest is taken.': {
      because: 'it takes a hub that is killed: test/faults/import-killed.test.ts says the same again',
    },
    'Write it as JSON:': {
      because: 'whoever wrote the file mends it: test/cli/import/json-rows.test.ts reads both',
    },
    'Name the file that holds the list.': OF_FILE,
    'Part it in several files and import one after the other.': {
      because: 'it takes a file of 256 MB',
    },
    'Save the sheet as CSV there, and import that.': OF_FILE,
    'Leave out what no device needs of its configuration.': OF_FILE,
    'They are one device. Where they are two, write more of them.': OF_FILE,
    'Give each row an id of its own, or none an id.': OF_FILE,
  },
  'hub/features/import/': {
    'Say it once more.': {
      because: 'the command line does: test/cli/import/importing.test.ts has a key changed under it',
    },
    'Mend the row and say it again: the others are known by then.': OF_ROW,
    'Give each row an id of its own, or a name of its own.': OF_ROW,
    'Rename one of the two, or say --same-names to have both.': OF_ROW,
    'It stays away. To have it again, say --again.': OF_ROW,
    'To have that written, say --update.': OF_ROW,
    'Write it shorter.': OF_ROW,
  },
}
