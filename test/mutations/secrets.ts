import type { Mutation } from './mutation.ts'

const SEAL = 'test/hub/secrets/seal.test.ts'
const KEY_FOLDER = 'test/hub/secrets/key-folder.test.ts'
const STORED = 'test/hub/secrets/stored-secrets.test.ts'
const SECRETS_TEST = 'test/hub/features/secrets/secrets.test.ts'
const KEY_CARE = 'test/hub/core/key-care.test.ts'
const CANARIES = 'test/end-to-end/canaries.test.ts'
const PLACES = 'test/hub/contract/named-places.test.ts'

/** What is sealed, its keys, and who gets to see it. */
export const SECRETS: readonly Mutation[] = [
  {
    without: 'binding a sealed value to its row',
    file: 'hub/secrets/seal.ts',
    text: '[SEAL_MARK, id, table, column, row]',
    becomes: '[SEAL_MARK, id, table, column]',
    test: { file: SEAL, name: 'does not open in' },
  },
  {
    without: 'binding a sealed value to the name of its key',
    file: 'hub/secrets/seal.ts',
    text: '[SEAL_MARK, id, table, column, row]',
    becomes: '[SEAL_MARK, table, column, row]',
    test: { file: SEAL, name: 'does not open with another key, nor under the name of another' },
  },
  {
    without: 'refusing keys that others may read',
    file: 'hub/secrets/key-folder.ts',
    text: '(mode & 0o077) !== 0',
    becomes: 'mode < 0',
    test: { file: KEY_FOLDER, name: 'refuses a key that others may use, until the remedy was taken' },
  },
  {
    without: 'refusing a folder of keys that others may enter',
    file: 'hub/secrets/key-folder.ts',
    text: "checkPrivate(this.path, statSync(this.path), 'chmod 700')",
    becomes: 'statSync(this.path)',
    test: { file: KEY_FOLDER, name: 'refuses a folder that others may enter' },
  },
  {
    without: 'following no link to a key',
    file: 'hub/secrets/key-folder.ts',
    text: 'constants.O_RDONLY | constants.O_NOFOLLOW',
    becomes: 'constants.O_RDONLY',
    test: { file: KEY_FOLDER, name: 'follows no link' },
  },
  {
    without: 'taking rights from the folder of keys that the process gives to all',
    file: 'hub/secrets/key-folder.ts',
    text: 'mkdirSync(this.path, { recursive: true, mode: 0o700 })\n    // The process may have been told to give less away, never more.\n    chmodSync(this.path, 0o700)',
    becomes: 'mkdirSync(this.path, { recursive: true })',
    test: { file: KEY_FOLDER, name: 'keeps each key in a file for its user alone' },
  },
  {
    without: 'filling a used secret with zeros',
    file: 'hub/secrets/stored-secrets.ts',
    text: 'secret?.fill(0)',
    becomes: '',
    test: { file: STORED, name: 'keeps nothing of it: the bytes are zeros' },
  },
  {
    without: 'looking again where a row was sealed anew between two looks',
    file: 'hub/secrets/stored-secrets.ts',
    text: 'if (keyIdOf(again) === keyIdOf(sealed)) throw error',
    becomes: 'throw error',
    test: { file: STORED, name: 'gets it although it is sealed anew, and the old key removed' },
  },
  {
    without: 'refusing a file with a secret that everybody may read',
    file: 'hub/secrets/stored-secrets.ts',
    text: '(fstatSync(fd).mode & 0o007) !== 0',
    becomes: 'fd < 0',
    test: { file: STORED, name: 'gets the first line of a file that not everybody may read' },
  },
  {
    without: 'a table that refuses what is not sealed',
    file: 'drizzle/sqlite/0014_sealed-secrets.sql',
    text: "CHECK(value GLOB 'sealed1:*')",
    becomes: "CHECK(value <> '')",
    test: { file: STORED, name: 'has nothing plain beside it' },
  },
  {
    without: 'keeping secrets from the engine',
    file: 'hub/admin/admin-door.ts',
    text: '...withoutSecrets(asked, command)',
    becomes: '...asked',
    test: { file: 'test/hub/admin/admin-door.test.ts', name: 'without the secrets of which something was prepared' },
  },
  {
    without: 'refusing what is sealed with a key that is on its way out',
    file: 'hub/features/secrets/commands.ts',
    text: 'if (!keyring.isNewest(sealed))',
    becomes: "if (sealed === '')",
    test: { file: SECRETS_TEST, name: 'is sealed before it reaches the engine, and refused under a key' },
  },
  {
    without: 'keeping a key that rows need',
    file: 'hub/features/secrets/engine.ts',
    text: 'old.filter((id) => !needed.has(id))',
    becomes: 'old.filter((id) => id !== null)',
    test: { file: SECRETS_TEST, name: 'says of the old key only then that nothing needs it' },
  },
  {
    without: 'sealing again what a transaction that was undone had sealed',
    file: 'hub/features/secrets/engine.ts',
    text: 'forget: () => resealing.again()',
    becomes: 'forget: () => {}',
    test: { file: SECRETS_TEST, name: 'loses no row to a transaction that was undone' },
  },
  {
    without: 'passing rows that cannot be sealed anew',
    file: 'hub/features/secrets/resealing.ts',
    text: 'this.#passed.set(place, row)',
    becomes: '',
    test: { file: SECRETS_TEST, name: 'passes what was damaged, keeps its key' },
  },
  {
    without: 'one change of the key at a time',
    file: 'hub/features/secrets/commands.ts',
    text: 'if (old.length > 0)',
    becomes: 'if (old.length > 9)',
    test: { file: SECRETS_TEST, name: 'is refused while the last one is not over' },
  },
  {
    without: 'distrusting a backup of a clock that was ahead',
    file: 'hub/core/key-care.ts',
    text: 'Math.max(clock.now(), this.#newestBackup() + 1)',
    becomes: 'clock.now()',
    test: { file: KEY_CARE, name: 'keeps it while the newest backup is of a clock that was ahead' },
  },
  {
    without: 'a backup before a key is removed',
    file: 'hub/core/key-care.ts',
    text: 'if (this.#newestBackup() < since) return',
    becomes: '',
    test: { file: KEY_CARE, name: 'keeps it while no backup succeeds' },
  },
  {
    without: 'choosing places among those of hub.toml alone',
    file: 'hub/contract/named-places.ts',
    text: 'Object.hasOwn(all, key) ? all[key] : undefined',
    becomes: 'all[key]',
    test: { file: PLACES, name: 'are chosen by key, and the nearest is named' },
  },
  {
    without: 'refusing an address with a password in it',
    file: 'hub/contract/named-places.ts',
    text: '!hasPassword(text)',
    becomes: 'text.length > 0 || hasPassword(text)',
    test: { file: PLACES, name: 'the named places of a section' },
  },
  {
    without: 'forgetting the bytes of requests that went astray',
    file: 'hub/front/house-hooks.ts',
    text: 'topic && CONFIDENTIAL.has(topic.name)',
    becomes: 'topic === undefined',
    test: {
      file: 'test/hub/front/house-hooks.test.ts',
      name: 'is acknowledged, kept as rejected, counted, and logged once',
    },
  },
  {
    without: 'keeping passwords out of the log',
    file: 'hub/front/house-hooks.ts',
    text: '{ client: cutText(shown.clientId, 80), reason }',
    becomes: '{ client: cutText(shown.clientId, 80), reason, shown }',
    test: { file: CANARIES, name: 'leaves none in a file, a log, a table, a topic, an answer or at central' },
  },
  {
    without: 'keeping tokens out of what is remembered of answers',
    file: 'hub/admin/request-memory.ts',
    text: 'command.secretAnswer ? null : JSON.stringify(response)',
    becomes: 'JSON.stringify([response])',
    test: { file: CANARIES, name: 'leaves none in a file, a log, a table, a topic, an answer or at central' },
  },
]
