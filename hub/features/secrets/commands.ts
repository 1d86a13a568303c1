import { z } from 'zod'
import { time } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { isNewerKey, nextKeyId } from '../../secrets/key-id.ts'
import { keyIdOf } from '../../secrets/seal.ts'
import { secretAt, secretName } from '../../secrets/secret-reader.ts'
import { wantedKey, wantKey } from './wanted-key.ts'

export const listSecrets = adminCommand({
  area: 'secrets',
  verb: 'list',
  needs: 'administer',
  summary: 'The names of what lets the hub in elsewhere, and whether it can be read',
  params: z.strictObject({}),
  result: z.strictObject({
    secrets: z.array(
      z.strictObject({
        name: z.string(),
        /** Whether it can be opened: its key is there, and it is as it was entered. */
        is_readable: z.boolean(),
        updated_at: time,
        key: z.string(),
      }),
    ),
    /** The keys that are there, the one in use first. */
    keys: z.array(z.string()),
  }),
  examples: [{ says: 'what was entered', params: {} }],
  changes: false,
  run({ db, keyring }) {
    keyring.refresh()
    const rows = db.prepare('SELECT name, value, updated_at FROM secrets ORDER BY name').all() as {
      name: string
      value: string
      updated_at: number
    }[]
    const secrets = rows.map(({ name, value, updated_at }) => ({
      name,
      is_readable: keyring.opens(value, secretAt(name)),
      updated_at,
      key: keyIdOf(value) ?? '',
    }))
    return { secrets, keys: keyring.ids }
  },
})

export const setSecret = adminCommand({
  area: 'secrets',
  verb: 'set',
  needs: 'administer',
  summary: 'Enter what lets the hub in elsewhere, under the name that an entry of hub.toml asks for',
  params: z.strictObject({
    name: secretName,
    /** Asked for, or one line on standard input: a token, a password. */
    secret: text(8_192).min(1),
  }),
  result: z.strictObject({ name: z.string(), is_new: z.boolean() }),
  examples: [
    { says: 'the token of another program', params: { name: 'home-assistant', secret: 'as it was given out' } },
  ],
  positional: ['name'],
  changes: true,
  secretParams: ['secret'],
  async prepare({ name, secret }, { keyring, makeKey }) {
    keyring.refresh()
    // All were moved away, as one that was damaged is.
    if (keyring.ids.length === 0) makeKey()
    const plain = Buffer.from(secret)
    try {
      return keyring.seal(plain, secretAt(name))
    } finally {
      plain.fill(0)
    }
  },
  run({ db, now, keyring, prepared }, { name }) {
    const sealed = String(prepared)
    if (!keyring.isNewest(sealed))
      throw new LaresError('busy', 'the key was changed at this very moment', { hint: 'Enter it once more.' })
    const isNew = !isThere(db, name)
    db.prepare(
      `INSERT INTO secrets (name, value, created_at, updated_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    ).run(name, sealed, now, now)
    return { name, is_new: isNew }
  },
})

export const removeSecret = adminCommand({
  area: 'secrets',
  verb: 'remove',
  needs: 'administer',
  summary: 'Forget what lets the hub in elsewhere',
  params: z.strictObject({ name: secretName }),
  result: z.strictObject({ name: z.string() }),
  examples: [{ says: 'a token that was given back', params: { name: 'home-assistant' } }],
  positional: ['name'],
  changes: true,
  danger({ db }, { name }) {
    if (!isThere(db, name)) throw unknownSecret(name)
    return `The secret ${name} will be gone. Whatever uses it is not let in any more until it is entered again.`
  },
  run({ db }, { name }) {
    if (db.prepare('DELETE FROM secrets WHERE name = ?').run(name).changes === 0) throw unknownSecret(name)
    return { name }
  },
})

export const rotateKey = adminCommand({
  area: 'secrets',
  verb: 'rotate',
  needs: 'administer',
  summary: 'Make a new key, seal everything anew with it, and remove the old one',
  params: z.strictObject({}),
  result: z.strictObject({
    /** The new key, made in a moment. The others go by themselves once nothing needs them. */
    key: z.string(),
    replaces: z.array(z.string()),
  }),
  examples: [{ says: 'after somebody may have seen the old one', params: {} }],
  changes: true,
  danger: () =>
    'The key in use will be removed when everything is sealed with a new one. What is sealed in copies of the database from before can then be read only with a copy of the old key.',
  run(context) {
    const { db, keyring, random } = context
    keyring.refresh()
    const [newest, ...old] = keyring.ids
    const wanted = wantedKey(db)
    const left = wanted !== null && isNewerKey(wanted, newest) ? `${wanted} is not made yet` : stillThere(old)
    if (left !== null)
      throw new LaresError('busy', `the last change is not over: ${left}`, {
        hint: 'It takes minutes, and waits for a backup. lares hub health says what holds it up.',
      })
    const key = nextKeyId(newest, random)
    wantKey(context, key)
    return { key, replaces: keyring.ids }
  },
})

function stillThere(old: readonly string[]): string | null {
  return old.length > 0 ? `${old.join(', ')} is still there` : null
}

function isThere(db: Database, name: string): boolean {
  return db.prepare('SELECT 1 FROM secrets WHERE name = ?').get(name) !== undefined
}

function unknownSecret(name: string): LaresError {
  return new LaresError('not_found', `there is no secret ${name}`, { hint: 'See lares secrets list.' })
}

export const COMMANDS = [listSecrets, setSecret, removeSecret, rotateKey] as const
