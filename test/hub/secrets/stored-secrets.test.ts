import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Keyring } from '../../../hub/secrets/keyring.ts'
import { secretAt } from '../../../hub/secrets/secret-reader.ts'
import { StoredSecrets } from '../../../hub/secrets/stored-secrets.ts'
import { openTestHouse, START, type TestHouse } from '../engine/engine-in-memory.ts'
import { KeysInMemory } from './keys-in-memory.ts'

let folder: string
let house: TestHouse
let keys: KeysInMemory
let reader: StoredSecrets

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-secrets-'))
  keys = new KeysInMemory()
  const file = join(folder, 'hub.db')
  house = openTestHouse({ file, keys })
  reader = new StoredSecrets(file, keys.keyring())
})
afterEach(() => {
  house.db.close()
  rmSync(folder, { recursive: true })
})

function enter(name: string, text: string): void {
  const sealed = keys.keyring().seal(Buffer.from(text), secretAt(name))
  house.db.prepare('INSERT OR REPLACE INTO secrets VALUES (?, ?, ?, ?)').run(name, sealed, START, START)
}

const read = (name: string) => reader.with({ secret: name }, (secret) => String(secret))
const code = (text: string) => expect.objectContaining({ code: text })

describe('whoever connects to something', () => {
  it('gets what was entered under the name that its settings say, also when it was entered later or anew', async () => {
    enter('home-assistant', 'first')
    expect(await read('home-assistant')).toBe('first')
    enter('home-assistant', 'second')
    enter('mail', 'other')
    expect([await read('home-assistant'), await read('mail')]).toEqual(['second', 'other'])
  })

  it('gets it under a key that was made since', async () => {
    enter('home-assistant', 'first')
    expect(await read('home-assistant')).toBe('first')
    const old = keys.keys.at(-1)?.id ?? ''
    keys.make()
    enter('home-assistant', 'first')
    keys.remove(old)
    expect(await read('home-assistant')).toBe('first')
  })

  it('gets it although it is sealed anew, and the old key removed, between its two looks', async () => {
    enter('home-assistant', 'a token')
    let looks = 0
    const keyring = new Keyring(() => {
      if (looks++ === 0) {
        keys.make()
        enter('home-assistant', 'a token')
        keys.remove('k1-aaaaaaaa')
      }
      return keys.keys
    })
    const late = new StoredSecrets(join(folder, 'hub.db'), keyring)
    expect(await late.with({ secret: 'home-assistant' }, String)).toBe('a token')
  })

  it('keeps nothing of it: the bytes are zeros when it has been used, well or badly', async () => {
    enter('home-assistant', 'a token')
    const kept: (Buffer | null)[] = []
    await reader.with({ secret: 'home-assistant' }, async (secret) => {
      await Promise.resolve()
      expect(String(secret)).toBe('a token')
      kept.push(secret)
    })
    const failing = reader.with({ secret: 'home-assistant' }, (secret) => {
      kept.push(secret)
      throw new Error('nobody answers')
    })
    await expect(failing).rejects.toThrow('nobody answers')
    expect(kept.map((bytes) => bytes?.every((byte) => byte === 0))).toEqual([true, true])
  })

  it('hears what to do when it was not entered, and when its key is gone', async () => {
    await expect(read('mail')).rejects.toThrow(
      expect.objectContaining({ code: 'not_found', hint: 'Enter it: lares secrets set mail' }),
    )
    enter('mail', 'x')
    keys.keys = []
    await expect(read('mail')).rejects.toThrow(/needs the key k1-aaaaaaaa, which is gone/)
  })

  it('gets nothing where its settings name nothing', async () => {
    expect(await reader.with({}, (secret) => secret)).toBeNull()
  })

  it('gets the first line of a file that not everybody may read', async () => {
    const file = join(folder, 'token')
    writeFileSync(file, 'from a file\nmore\n', { mode: 0o640 })
    const fromFile = () => reader.with({ secret_file: file }, String)
    expect(await fromFile()).toBe('from a file')
    chmodSync(file, 0o644)
    await expect(fromFile()).rejects.toThrow(code('unsafe_key'))
    rmSync(file)
    await expect(fromFile()).rejects.toThrow(code('not_found'))
  })
})

describe('a file with a secret', () => {
  const read = (text: string) => {
    const file = join(folder, 'token')
    writeFileSync(file, text, { mode: 0o600 })
    return reader.with({ secret_file: file }, String)
  }

  it('may end its line as Windows does, or not at all', async () => {
    expect(await read('from a file\r\nmore\r\n')).toBe('from a file')
    expect(await read('from a file')).toBe('from a file')
    expect(await read('a\rb\n')).toBe('a\rb')
  })

  it.each(['', '\n', '\r\n', '\nfrom the second line\n'])(
    'is refused where its first line is empty: %j',
    async (text) => {
      await expect(read(text)).rejects.toThrow(/token holds no secret: its first line is empty/)
    },
  )
})

describe('a sealed value', () => {
  it('of one secret does not open as another, whoever moved it there', async () => {
    enter('home-assistant', 'a token')
    enter('mail', 'x')
    house.db.exec("UPDATE secrets SET value = (SELECT value FROM secrets WHERE name = 'home-assistant')")
    await expect(read('mail')).rejects.toThrow(code('sealed_unreadable'))
  })

  it.each([
    ["INSERT INTO secrets VALUES ('mail', 'plain', 1, 1)"],
    [
      "INSERT INTO device_credentials (id, credential_type, encrypted_data, created_at, updated_at) VALUES ('c', 'api_key', 'plain', 1, 1)",
    ],
    [
      "INSERT INTO device_credentials (id, credential_type, encrypted_data, access_token_encrypted, created_at, updated_at) VALUES ('c', 'oauth_token', 'sealed1:k:x', 'plain', 1, 1)",
    ],
  ])('has nothing plain beside it: %s', (statement) => {
    expect(() => house.db.exec(statement)).toThrow(/CHECK constraint failed: \w+_sealed/)
  })
})
