import { type Inventory, NOT_YET } from './entry.ts'

/** The remedies of central/. */
export const CENTRAL: Inventory = {
  'central/address.ts': {
    'Write it as postgres://USER@HOST:PORT/DATABASE with one': NOT_YET,
    'Write it as postgres://user:password@host:5432/database in': NOT_YET,
    'Name one: the primary, or a name that always leads to it.': NOT_YET,
  },
  'central/connect.ts': {
    'Use the role that ran `lares central migrate`: a superuser,': NOT_YET,
    'Run: lares central migrate.': NOT_YET,
    'See lares central scopes. A scope is made when it is': NOT_YET,
    'See lares central list-sites.': NOT_YET,
    'See lares central --help.': NOT_YET,
    'PostgreSQL 15 or newer is needed.': NOT_YET,
    "Create it anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.": NOT_YET,
    'Check user and password in LARES_CENTRAL, and pg_hba.conf of the server.': NOT_YET,
    'Check the name in LARES_CENTRAL, or create it: createdb': NOT_YET,
    'Check its spelling in LARES_CENTRAL, and whether this': NOT_YET,
    'Is PostgreSQL running there, and its port reachable?': NOT_YET,
  },
  'central/erase.ts': {
    'Choose one of ….': NOT_YET,
    'Give the id, as column id of lares.…s has it.': NOT_YET,
  },
  'central/main.ts': {
    'Put the address into LARES_CENTRAL, or the password alone': NOT_YET,
    Set: NOT_YET,
  },
  'central/managed-row.ts': {
    'Choose one of ….': NOT_YET,
    'For example {"…": "…"}.': NOT_YET,
    'Its columns are ….': NOT_YET,
    'It is a text and not empty.': NOT_YET,
    'Mend this column and put the row again.': NOT_YET,
    'Remove NUL characters and halves of surrogate pairs.': NOT_YET,
  },
  'central/migrate.ts': {
    'Run: lares central migrate.': NOT_YET,
    'Central was migrated by a newer Lares. Use that version here.': NOT_YET,
  },
  'central/people.ts': {
    'Use a lower-case letter and then letters, digits, dot,': NOT_YET,
    'Nothing was changed.': NOT_YET,
  },
  'central/persona-version.ts': {
    'Versions are never changed: write a higher current_version': NOT_YET,
  },
  'central/scopes.ts': {
    'See lares central scopes.': NOT_YET,
    'Use printable characters.': NOT_YET,
    'Add it anew, also with the same name: lares central add-site ….': NOT_YET,
  },
  'central/sites.ts': {
    'Choose another name. For a new card of the same house:': NOT_YET,
    'See lares central list-sites.': NOT_YET,
    'Did you mean …? …': NOT_YET,
    'Add it anew, also with the same name: lares central add-site NAME.': NOT_YET,
    'Use 1 to … printable characters, in quotes where there is a': NOT_YET,
  },
  'central/unique-keys.ts': {
    '… would have two. Take that one out (…), or change … of ….': NOT_YET,
  },
  'central/verbs.ts': {
    'Say why: it is written down beside what was erased.': NOT_YET,
    'To erase a whole site repeat its name as the key.': NOT_YET,
    'Leave it out, or add --erase.': NOT_YET,
    'Name a file with one JSON object.': NOT_YET,
    'Write one JSON object.': NOT_YET,
  },
}
