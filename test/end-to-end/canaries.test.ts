import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KeyFolder } from '../../hub/secrets/key-folder.ts'
import { Keyring } from '../../hub/secrets/keyring.ts'
import { storeFile, usualKeyFolder } from '../../hub/store/places.ts'
import { query, useCentral } from '../central/postgres-servers.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually } from '../faults/lib/fleet.ts'
import { textOf } from '../hub/sync/full-house.ts'
import { addSite } from '../hub/sync/house-with-central.ts'
import { type Leak, Search } from './canaries/leaks.ts'
import { ENTERED, IMPORTED, JOINED, LivedHub, PASSWORD } from './canaries/lived-hub.ts'

/** Where a secret may stand, and why. Each must stand there, or its line goes. */
const ALLOWED: readonly (readonly [canary: string, place: RegExp, why: string])[] = [
  ['password of central', /^central\.url$/, 'the file that a person makes for it'],
  ['key of what is sealed', /^keys\/k\d+-\w+\.key$/, 'its own file, in no backup'],
  ['key of TLS', /^tls\.key$/, 'its own file, in no backup'],
  ['key of the authority', /^ca\.key$/, 'its own file, in no backup'],
  ['key of the page', /^page\.key$/, 'its own file, in no backup'],
]
const CENTRAL = 'Canary#central/password 4b1e'
const DEVICE = 'Canary-token-of-a-device-9d02'

describe('a hub through whose life secrets go', () => {
  const central = useCentral('18')
  const data = makeDataFolder()
  const hub = new LivedHub(data.folder)
  const told: string[] = []
  let search: Search
  let leaks: Leak[]
  let admin: string

  beforeAll(async () => {
    admin = await central.migrated()
    const { url, role } = await addSite(admin, 'canary')
    await query(admin, `ALTER ROLE "${role}" PASSWORD '${CENTRAL}'`)
    const site = new URL(url)
    site.password = encodeURIComponent(CENTRAL)
    mkdirSync(data.folder)
    writeFileSync(join(data.folder, 'central.url'), `${site.href}\n`, { mode: 0o600 })
    await hub.start()
    await hub.people()
    await hub.devices()
    told.push(...(await hub.outside(data.scratch)))
    const afterKill = await killed()
    sealCredential()
    await hub.start()
    await hub.admin.call('secrets', 'rotate')
    // The last change of all has come there, and so has everything before.
    const last = "SELECT 1 FROM lares.events WHERE event_data->>'verb' = 'rotate'"
    await eventually(async () => (await query(admin, last)).length > 0, 60_000).catch(async (error: unknown) => {
      throw new Error(JSON.stringify(await hub.admin.call('sync', 'status')), { cause: error })
    })
    await hub.end('stop')
    leaks = [
      ...afterKill,
      ...search.below(data.folder),
      ...hub.heard.flatMap((one) => search.in('what somebody heard', one)),
      ...hub.logs.flatMap((log) => search.in('the log', log)),
      ...told.flatMap((one) => search.in('what was asked from outside', one)),
      ...search.in('central', await textOf(admin)),
    ]
  }, 240_000)
  afterAll(async () => {
    await hub.end('kill')
    data.remove()
  })

  /** A power cut leaves everything in the log that was not moved into the database yet. */
  async function killed(): Promise<Leak[]> {
    await hub.end('kill')
    expect(readFileSync(`${storeFile(data.folder)}-wal`).length).toBeGreaterThan(0)
    search = new Search(canaries())
    return search.below(data.folder)
  }

  function canaries(): Map<string, string> {
    const [key = ''] = readdirSync(usualKeyFolder(data.folder))
    const lineOf = (file: string, line: number) => readFileSync(join(data.folder, file), 'utf8').split('\n')[line] ?? ''
    return new Map([
      ...hub.made,
      ['password of a person', PASSWORD],
      ['a secret that was entered', ENTERED],
      ['a secret that a device made', JOINED],
      ['a secret of a list', IMPORTED],
      ['credential of a device', DEVICE],
      ['password of central', CENTRAL],
      ['key of what is sealed', lineOf(`keys/${key}`, 1)],
      ['key of TLS', lineOf('tls.key', 1)],
      ['key of the authority', lineOf('ca.key', 1)],
      ['key of the page', lineOf('page.key', 1)],
    ])
  }

  /** As a feature does that is let in by a device; none is there yet. */
  function sealCredential(): void {
    const keys = new KeyFolder(usualKeyFolder(data.folder))
    const at = { table: 'device_credentials', column: 'encrypted_data', row: 'c' }
    const sealed = new Keyring(() => keys.read()).seal(Buffer.from(DEVICE), at)
    const db = new Sqlite(storeFile(data.folder))
    db.prepare(
      "INSERT INTO device_credentials (id, credential_type, encrypted_data, created_at, updated_at) VALUES ('c', 'api_key', ?, 1, 1)",
    ).run(sealed)
    db.close()
  }

  const isAllowed = ({ canary, place }: Leak) => ALLOWED.some(([name, where]) => name === canary && where.test(place))

  it('leaves none in a file, a log, a table, a topic, an answer or at central, in whatever form', () => {
    expect(leaks.filter((leak) => !isAllowed(leak))).toEqual([])
  })

  it.each(ALLOWED)('but the %s, in %s: %s', (name, where) => {
    expect(leaks.some(({ canary, place }) => canary === name && where.test(place))).toBe(true)
  })

  it('has lived: everything that could have told them was looked at', async () => {
    expect([...hub.made.keys()]).toEqual([
      'token of a person',
      'code of a link',
      'cookie of a browser',
      'cookie of another browser',
      'secret of a device',
      'code of an invitation',
    ])
    const topics = new Set(hub.heard.map((one) => one.split(' ')[0]))
    expect([...topics]).toEqual(expect.arrayContaining(['lares/hub/info', 'lares/hub/health', 'lares/admin/event']))
    expect(hub.logs.join('')).toContain('"level":20')
    expect(told.join('')).toMatch(/lares_messages|# HELP/)
    expect(await textOf(admin)).toContain('anna@example.com')
    const db = new Sqlite(storeFile(data.folder), { readonly: true })
    expect(db.prepare('SELECT count(*) FROM rejected_messages').pluck().get()).toBeGreaterThanOrEqual(3)
    expect(db.prepare('SELECT name FROM devices').pluck().all()).toEqual(
      expect.arrayContaining(['Garden', 'Kitchen', 'Old lock']),
    )
    db.close()
  })

  it.each(['plain', 'base64', 'base64url', 'hex'])('would have found one that was written as %s', (form) => {
    const encoding = form === 'plain' ? 'utf8' : (form as BufferEncoding)
    for (const before of ['', 'x', 'xy', 'xyz']) {
      const planted = Buffer.from(`${before}${ENTERED} and more`).toString(encoding)
      writeFileSync(join(data.folder, 'planted'), `something ${planted} something`)
      expect(search.below(data.folder).filter((leak) => !isAllowed(leak))).toContainEqual(
        expect.objectContaining({ canary: 'a secret that was entered', place: 'planted' }),
      )
    }
  })
})
