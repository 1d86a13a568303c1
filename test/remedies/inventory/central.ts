import type { Inventory } from './entry.ts'

const VERBS = 'test/remedies/central.test.ts'
const CONNECTION = 'test/remedies/central-connection.test.ts'

/** The remedies of central/. */
export const CENTRAL: Inventory = {
  'central/': {
    'Write it as postgres://USER@HOST:PORT/DATABASE with one': {
      because: 'it guards a line that is shown once, and no address is known that gets so far',
    },
    'Write it as postgres://user:password@host:5432/database in': CONNECTION,
    'Name one: the primary, or a name that always leads to it.': CONNECTION,
    'Use the role that ran `lares central migrate`: a superuser,': CONNECTION,
    'Run: lares central migrate.': [CONNECTION, CONNECTION],
    'See lares central scopes. A scope is made when it is': VERBS,
    'See lares central list-sites.': [
      {
        because: 'no row of lares.sites is ever deleted, and the name was looked up there a moment before',
      },
      VERBS,
    ],
    'Give what is named here, and run the command again.': VERBS,
    'PostgreSQL 15 or newer is needed.': {
      because: 'there is no older server here; all of central is tested on 15 and on 18',
    },
    "Create it anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.": CONNECTION,
    'Check user and password in LARES_CENTRAL, and pg_hba.conf of the server.': CONNECTION,
    'Check the name in LARES_CENTRAL, or create it: createdb': CONNECTION,
    'Check its spelling in LARES_CENTRAL, and whether this': CONNECTION,
    'Is PostgreSQL running there, and its port reachable?': CONNECTION,
    'Choose one of ….': [VERBS, VERBS],
    'Give the id, as column id of lares.…s has it.': VERBS,
    'Put the address into LARES_CENTRAL, or the password alone': CONNECTION,
    'Set LARES_CENTRAL=postgres://user:password@host:5432/database, or': CONNECTION,
    'For example {"…": "…"}.': VERBS,
    'Its columns are ….': VERBS,
    'It is a text and not empty.': VERBS,
    'Mend this column and put the row again.': VERBS,
    'Remove NUL characters and halves of surrogate pairs.': VERBS,
    'Central was migrated by a newer Lares. Use that version here.': CONNECTION,
    'It has to be made anew, in an empty database: lares central migrate, then lares central add-site for each house.':
      CONNECTION,
    'Use a lower-case letter and then letters, digits, dot,': VERBS,
    'It may read ….': VERBS,
    'It may read no site. Let it read one: lares central': VERBS,
    'Versions are never changed: write a higher current_version': VERBS,
    'See lares central scopes.': VERBS,
    'It has none of …; lares central scopes shows which scopes': VERBS,
    'Did you mean …?': VERBS,
    'Its rows of … are ….': VERBS,
    'Use printable characters.': VERBS,
    'Add it anew, also with the same name: lares central add-site ….': [VERBS, VERBS],
    'Choose another name. For a new card of the same house:': VERBS,
    'Did you mean …? …': VERBS,
    'Use 1 to … printable characters, in quotes where there is a': VERBS,
    '… would have two. Take that one out (…), or change … of ….': VERBS,
    'Say why: it is written down beside what was erased.': VERBS,
    'To erase a whole site repeat its name as the key.': VERBS,
    'Leave it out, or add --erase.': VERBS,
    'Name a file with one JSON object.': VERBS,
    'Write one JSON object.': VERBS,
  },
}
