import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { restoreArchive } from '../../../hub/archive/restore-archive.ts'
import { restoreHouse } from '../../../hub/archive/restore-house.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { storeFile } from '../../../hub/store/places.ts'
import { finishHouseExchange, removeUnpacked } from '../../../hub/store/whole-exchange.ts'
import { silentLog } from '../../../shared/log.ts'
import { lockFolder } from '../../../shared/sqlite/lock.ts'
import { HOUSE_ROWS } from '../store/house-rows.ts'
import { houseToPack, make, PASSPHRASE } from './house-to-pack.ts'

let base: string
let folder: string
let stick: string
let empty: string

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'lares-archive-'))
  folder = join(base, 'house')
  stick = join(base, 'stick')
  empty = join(base, 'empty')
  mkdirSync(stick)
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

const place = () => ({ kind: 'folder', folder: stick }) as const
const passphrase = async () => PASSPHRASE
const tree = (at: string) =>
  (readdirSync(at, { recursive: true }) as string[])
    .filter((name) => statSync(join(at, name)).isFile() && name !== 'lock.db')
    .sort()

async function packed(options: Parameters<typeof make>[2] = {}) {
  const store = houseToPack(folder)
  const made = await make(folder, place(), options)
  store.close()
  return join(stick, made.name)
}

function count(at: string, sql: string): unknown {
  const db = new Sqlite(storeFile(at), { readonly: true })
  try {
    return db.prepare(sql).pluck().get()
  } finally {
    db.close()
  }
}

describe('an archive of a house', () => {
  it('brings database, keys, recordings, certificate and settings onto an empty machine', async () => {
    const archive = await packed()
    expect(archive).toMatch(/\/lares-home-0000000h-20261130T033000Z\.tar\.age$/)
    expect(statSync(archive).mode & 0o777).toBe(0o600)
    expect(readFileSync(archive).includes('the key')).toBe(false)
    const restored = await restoreArchive(empty, { source: archive, now: 5, passphrase })
    expect(restored).toMatchObject({
      aside: null,
      settings: join(empty, 'hub.toml.restored'),
      manifest: { house: 'Home', version: '0.1.0' },
    })
    const [key = ''] = readdirSync(join(folder, 'keys'))
    expect(tree(empty)).toEqual(
      [
        'clips/2026-11-30/0123456789abcdefghjk.wav',
        'hub.db',
        'hub.restored',
        'hub.toml.restored',
        `keys/${key}`,
        'tls.crt',
        'tls.key',
      ].sort(),
    )
    for (const name of ['tls.key', 'tls.crt', `keys/${key}`, 'clips/2026-11-30/0123456789abcdefghjk.wav'])
      expect(readFileSync(join(empty, name)).equals(readFileSync(join(folder, name)))).toBe(true)
    for (const [name, mode] of [
      ['tls.key', 0o600],
      ['keys', 0o700],
      [`keys/${key}`, 0o600],
      ['clips', 0o700],
      ['hub.db', 0o600],
    ] as const)
      expect([name, statSync(join(empty, name)).mode & 0o777]).toEqual([name, mode])
    expect(count(empty, 'SELECT count(*) FROM readings')).toBe(3)
    expect(count(empty, 'SELECT count(*) FROM events')).toBe(1)
  })

  it('is another life of the house to central and to every log', async () => {
    const archive = await packed()
    await restoreArchive(empty, { source: archive, now: 5, passphrase })
    expect(count(empty, "SELECT value FROM hub_settings WHERE key = 'restored_copy'")).toBe('true')
    expect(count(empty, 'PRAGMA application_id')).not.toBe(count(folder, 'PRAGMA application_id'))
    openStore({ folder: empty, now: 6, log: silentLog }).close()
  })

  it('logs nobody in: who was logged out since it was made stays out, and tokens are kept', async () => {
    const store = houseToPack(folder)
    store.db.exec(`
      INSERT INTO users (id, email, role, created_at, updated_at) VALUES ('lost', 'lost@example.com', 'admin', 1, 1);
      INSERT INTO api_tokens (id, user_id, name, token_hash, created_at) VALUES ('t', 'lost', 'n', 'hash', 1);
      INSERT INTO web_sessions (id, user_id, cookie_hash, address, agent, created_at, last_used_at, expires_at) VALUES ('w', 'lost', 'c', '', '', 1, 1, 9e14);
      INSERT INTO setup_codes (id, code_hash, expires_at, created_at) VALUES ('s', 'hash', 9e14, 1);`)
    const made = await make(folder, place())
    store.close()
    await restoreArchive(empty, { source: join(stick, made.name), now: 5, passphrase })
    expect(count(empty, 'SELECT count(*) FROM web_sessions')).toBe(0)
    expect(count(empty, 'SELECT count(*) FROM setup_codes')).toBe(0)
    expect(count(empty, 'SELECT count(*) FROM api_tokens')).toBe(1)
  })

  it('needs no passphrase where the owner said so, and says so in its name', async () => {
    const archive = await packed({ passphrase: null })
    expect(archive).toMatch(/Z\.tar$/)
    const restored = await restoreArchive(empty, {
      source: archive,
      now: 5,
      passphrase: () => Promise.reject(new Error('asked')),
    })
    expect(restored.manifest.rows.readings).toBe(3)
  })

  it('refuses a passphrase that is guessed', async () => {
    await expect(packed({ passphrase: 'short' })).rejects.toMatchObject({
      code: 'bad_params',
      message: expect.stringContaining('12 letters'),
    })
    expect(readdirSync(stick)).toEqual([])
  })

  it('is not made of a damaged database', async () => {
    const store = houseToPack(folder)
    store.db.pragma('wal_checkpoint(TRUNCATE)')
    const page = Number(store.db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'devices'").pluck().get())
    const bytes = readFileSync(storeFile(folder))
    bytes.fill(0x5a, (page - 1) * 4_096, page * 4_096)
    writeFileSync(storeFile(folder), bytes)
    await expect(make(folder, place())).rejects.toMatchObject({ code: 'corrupt_database' })
    expect(readdirSync(stick)).toEqual([])
  })
})

describe('a restore', () => {
  it('refuses a house that is there, and sets all of it aside where a person says so', async () => {
    const archive = await packed()
    const other = openStore({ folder: empty, now: 1, log: silentLog })
    other.db.exec(HOUSE_ROWS.replaceAll("'Home'", "'Other'"))
    other.close()
    writeFileSync(join(empty, 'tls.key'), 'another key')
    await expect(restoreArchive(empty, { source: archive, now: 5, passphrase })).rejects.toMatchObject({
      code: 'already_exists',
    })
    const { aside } = await restoreArchive(empty, { source: archive, now: 5, replace: true, passphrase })
    expect(aside).toBe(join(empty, '*.aside-5'))
    expect(readFileSync(join(empty, 'tls.key.aside-5'), 'utf8')).toBe('another key')
    const before = new Sqlite(join(empty, 'hub.db.aside-5'), { readonly: true })
    expect(before.prepare('SELECT name FROM houses').pluck().get()).toBe('Other')
    before.close()
    expect(count(empty, 'SELECT name FROM houses')).toBe('Home')
    expect(readFileSync(join(empty, 'tls.key'), 'utf8')).toBe('the key')
  })

  it('goes ahead where a hub was started once and nothing is in its house', async () => {
    const archive = await packed()
    openStore({ folder: empty, now: 1, log: silentLog }).close()
    const { aside } = await restoreArchive(empty, { source: archive, now: 5, passphrase })
    expect(aside).toBe(join(empty, '*.aside-5'))
    expect(count(empty, 'SELECT count(*) FROM readings')).toBe(3)
  })

  it('puts hub.toml in its place for whoever could read the one that was there', async () => {
    const source = await packed({ passphrase: null })
    const config = join(base, 'etc.toml')
    const call = { source, replace: false, config, secretFile: undefined, told: () => {} }
    writeFileSync(config, 'old')
    chmodSync(config, 0o644)
    await restoreHouse(empty, call)
    expect(readFileSync(config, 'utf8')).toContain('0.0.0.0:8883')
    expect(statSync(config).mode & 0o777).toBe(0o644)
    rmSync(config)
    await restoreHouse(empty, { ...call, replace: true })
    expect(statSync(config).mode & 0o777).toBe(0o640)
  })

  it('sets a link aside that leads to a disk that is away', async () => {
    const archive = await packed()
    mkdirSync(empty)
    symlinkSync('/nowhere', join(empty, 'keys'))
    await restoreArchive(empty, { source: archive, now: 5, passphrase })
    expect(readdirSync(join(empty, 'keys'))).toEqual(readdirSync(join(folder, 'keys')))
    expect(lstatSync(join(empty, 'keys.aside-5')).isSymbolicLink()).toBe(true)
  })

  it('says before it decides anything that a disk is mounted on something that has to make room', async () => {
    const archive = await packed()
    mkdirSync(join(empty, 'clips'), { recursive: true })
    const mounts = join(base, 'mountinfo')
    writeFileSync(mounts, `36 35 98:0 / ${join(empty, 'clips')} rw,noatime - ext4 /dev/sda1 rw\n`)
    const restoring = restoreArchive(empty, { source: archive, now: 5, passphrase, mounts: { mounts } })
    await expect(restoring).rejects.toMatchObject({ message: expect.stringContaining(join(empty, 'clips')) })
    expect(readdirSync(empty).sort()).toEqual(['clips', 'lock.db'])
  })

  it('keeps what was decided and hindered, for the next who opens the folder', () => {
    mkdirSync(join(empty, 'restoring.keys'), { recursive: true })
    writeFileSync(join(empty, 'restoring.keys', 'a.key'), 'the only one')
    writeFileSync(join(empty, 'restored-5.room'), '')
    symlinkSync('/nowhere', join(empty, 'keys'))
    expect(() => finishHouseExchange(empty)).toThrow()
    removeUnpacked(empty)
    rmSync(join(empty, 'keys'))
    finishHouseExchange(empty)
    expect(tree(empty)).toEqual(['keys/a.key'])
  })

  it('refuses over a running hub', async () => {
    const archive = await packed()
    mkdirSync(empty)
    const release = lockFolder(join(empty, 'lock.db'))
    await expect(restoreArchive(empty, { source: archive, now: 5, passphrase })).rejects.toMatchObject({
      code: 'already_running',
    })
    release()
  })

  const refusals: [string, (bytes: Buffer) => Buffer, RegExp][] = [
    ['that was cut off', (bytes) => bytes.subarray(0, bytes.length - 100_000), /damaged or cut off/],
    ['that was cut off between two pieces of the seal', (bytes) => cutAtPiece(bytes), /damaged or cut off/],
    ['with a changed byte', (bytes) => changed(bytes, bytes.length >> 1), /damaged or cut off/],
    ['whose end came twice', (bytes) => Buffer.concat([bytes, bytes]), /damaged or cut off/],
    ['that is empty behind its head', (bytes) => bytes.subarray(0, 200), /damaged/],
  ]
  for (const [which, change, words] of refusals)
    it(`changes nothing for an archive ${which}`, async () => {
      const archive = await packed()
      writeFileSync(archive, change(readFileSync(archive)))
      mkdirSync(empty)
      writeFileSync(join(empty, 'tls.key'), 'mine')
      await expect(restoreArchive(empty, { source: archive, now: 5, passphrase })).rejects.toThrow(words)
      expect(tree(empty)).toEqual(['tls.key'])
    })

  it('changes nothing for an archive of a later version', async () => {
    const store = houseToPack(folder)
    store.db.exec("INSERT INTO schema_migrations (name, hash, applied_at) VALUES ('9999_later', 'x', 1)")
    const { name } = await make(folder, place())
    store.close()
    const restoring = restoreArchive(empty, { source: join(stick, name), now: 5, passphrase })
    await expect(restoring).rejects.toMatchObject({ code: 'newer_schema' })
    expect(tree(empty)).toEqual([])
  })

  it('changes nothing for another passphrase', async () => {
    const archive = await packed()
    const wrong = restoreArchive(empty, { source: archive, now: 5, passphrase: async () => 'another one altogether' })
    await expect(wrong).rejects.toMatchObject({
      code: 'bad_params',
      message: expect.stringContaining('the passphrase does not open'),
    })
    expect(tree(empty)).toEqual([])
  })
})

function changed(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ 1
  return bytes
}

/** Without its last piece: every piece before it is whole. */
function cutAtPiece(bytes: Buffer): Buffer {
  const head = bytes.indexOf('\n--- ') + 5 + 43 + 1 + 16
  const piece = 65_536 + 16
  return bytes.subarray(0, head + Math.floor((bytes.length - head - 1) / piece) * piece)
}
