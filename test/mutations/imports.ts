import type { Mutation } from './mutation.ts'

const IMPORTING = 'test/hub/features/import/importing.test.ts'
const SECRETS_OF = 'test/hub/features/import/imported-secrets.test.ts'
const SPLIT = 'test/hub/features/import/split-config.test.ts'
const FILES = 'test/cli/import/importing.test.ts'
const CSV = 'test/cli/import/csv-rows.test.ts'
const JSON_ROWS = 'test/cli/import/json-rows.test.ts'

/** Devices that come from a list. */
export const IMPORTS: readonly Mutation[] = [
  {
    without: 'knowing a row that was imported before',
    file: 'hub/features/import/import-row.ts',
    text: 'const before = known.find([key, ...others])',
    becomes: 'const before = others.length > 9 ? known.find([key]) : null',
    test: { file: IMPORTING, name: 'changes nothing' },
  },
  {
    without: 'finding a row by its name that has an id now',
    file: 'hub/features/import/row-key.ts',
    text: ": [hashOf([house, 'id', row.id]), byName]",
    becomes: ": [hashOf([house, 'id', row.id])]",
    test: { file: IMPORTING, name: 'that has ids now finds the rows that had none' },
  },
  {
    without: 'asking before a list is written over what is there',
    file: 'hub/features/import/import-row.ts',
    text: 'if (!wish.update) return',
    becomes: "if (house === '') return",
    test: { file: IMPORTING, name: 'tells what it says anew, and writes that and no more' },
  },
  {
    without: 'leaving alone what the list did not change',
    file: 'hub/features/import/import-row.ts',
    text: 'const sets = changed.map(',
    becomes: 'const sets = SAID.map(',
    test: { file: IMPORTING, name: 'tells what it says anew, and writes that and no more' },
  },
  {
    without: 'leaving away what a person removed',
    file: 'hub/features/import/import-row.ts',
    text: 'if (wish.again) return make(importing, row)',
    becomes: 'if (wish.again || device !== "") return make(importing, row)',
    test: { file: IMPORTING, name: 'leaves away what a person removed' },
  },
  {
    without: 'leaving alone what is in another house now',
    file: 'hub/features/import/import-row.ts',
    text: 'if (before.house !== house)',
    becomes: "if (before.house === '')",
    test: { file: IMPORTING, name: 'leaves alone what was moved to another house' },
  },
  {
    without: 'asking whether a device has the name already',
    file: 'hub/features/import/import-row.ts',
    text: 'wish.same_names ? null : known.holderOf(house, given.row.name)',
    becomes: 'wish.same_names ? null : known.holderOf("", given.row.name)',
    test: { file: IMPORTING, name: 'has the name wait until somebody wants both' },
  },
  {
    without: 'judging each row by its house',
    file: 'hub/features/import/import-row.ts',
    text: 'return houseNamed(context, named)',
    becomes: 'return houseNamed({ ...context, caller: { ...context.caller, houses: null } }, named)',
    test: { file: IMPORTING, name: 'is who may configure the house, and into no other' },
  },
  {
    without: 'a dry run that is dry',
    file: 'hub/features/import/import-row.ts',
    text: "if (wish.dry_run) return { outcome: 'new'",
    becomes: "if (house === '') return { outcome: 'new'",
    test: { file: IMPORTING, name: 'says what would happen, and does nothing of it' },
  },
  {
    without: 'taking out what a name says is secret',
    file: 'hub/features/import/split-config.ts',
    text: 'else if (isSecretName(name) || isSecretValue(name) || isSecretValue(value))',
    becomes: 'else if (isSecretValue(name) || isSecretValue(value))',
    test: { file: SPLIT, name: 'has nothing left of what stands in a secret field' },
  },
  {
    without: 'looking for secrets in lists',
    file: 'hub/features/import/split-config.ts',
    text: 'if (Array.isArray(value)) return value.some(holdsSecret)',
    becomes: 'if (Array.isArray(value)) return false',
    test: { file: SPLIT, name: 'is taken apart where something secret stands in it' },
  },
  {
    without: 'keeping secrets out of texts for people',
    file: 'hub/features/import/prepare-rows.ts',
    text: 'if (secret.length === 0) return row',
    becomes: 'if (secret.length < 9) return row',
    test: { file: SECRETS_OF, name: 'in a text that people read is kept away from there' },
  },
  {
    without: 'handing the engine a request without its rows',
    file: 'hub/admin/admin-door.ts',
    text: 'Array.isArray(params[name]) ? []',
    becomes: 'Array.isArray(params[name]) ? params[name]',
    test: { file: SECRETS_OF, name: 'hands nothing of a list to the engine but what was prepared of it' },
  },
  {
    without: 'refusing what was sealed under a key that was changed',
    file: 'hub/features/import/commands.ts',
    text: '!context.keyring.isNewest(row.credentials.encrypted_data)',
    becomes: 'row.credentials.id === ""',
    test: { file: SECRETS_OF, name: 'is written by nobody under a key that was changed meanwhile' },
  },
  {
    without: 'comparing secrets by what they are',
    file: 'hub/features/import/sealed-credentials.ts',
    text: 'return one.equals(other)',
    becomes: 'return one.length > 0 || other.length > 0',
    test: { file: SECRETS_OF, name: 'goes with what it is said anew, and with its device' },
  },
  {
    without: 'numbers for rows of one name',
    file: 'cli/import/rows-to-send.ts',
    text: 'said.id === undefined && rows.size > 1 ? { number: rows.size } : {}',
    becomes: 'said.id === undefined && rows.size > 99 ? { number: rows.size } : {}',
    test: { file: FILES, name: 'has rows that stand there twice, rows of one name, and two of one id' },
  },
  {
    without: 'a bound on the bytes of a request',
    file: 'cli/import/import-list.ts',
    text: ' || bytes + size > AT_ONCE.bytes',
    becomes: '',
    test: { file: FILES, name: 'with large rows stays within what one request may have' },
  },
  {
    without: 'a bound on a quote without end',
    file: 'cli/import/csv-rows.ts',
    text: 'if (read === null && ahead.length > ROW_CHARS)',
    becomes: 'if (read === null && ahead.length > ROW_CHARS * 999)',
    test: { file: CSV, name: 'with a quote that has no end loses that row and no other' },
  },
  {
    without: 'finding the next row behind one without end',
    file: 'cli/import/json-rows.ts',
    text: 'if (end === NONE) text.skipTo(NEXT_OBJECT)',
    becomes: 'if (end === NONE) text.take(text.ahead.length)',
    test: { file: JSON_ROWS, name: 'with a row that has no end loses that row and no other' },
  },
]
