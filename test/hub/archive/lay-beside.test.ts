import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packTar } from 'modern-tar'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RestoreTask } from '../../../hub/archive/archive-task.ts'
import { layBeside } from '../../../hub/archive/lay-beside.ts'
import { runArchiveTask } from '../../../hub/archive/run-archive-task.ts'
import { storeFile } from '../../../hub/store/places.ts'
import { decideHouseExchange, finishHouseExchange } from '../../../hub/store/whole-exchange.ts'
import { houseToPack, make, PASSPHRASE } from './house-to-pack.ts'

let base: string
let folder: string
let stick: string
let name: string
let house: ReturnType<typeof houseToPack>

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'lares-beside-'))
  folder = join(base, 'house')
  stick = join(base, 'stick')
  mkdirSync(stick)
  house = houseToPack(folder)
  name = (await make(folder, { kind: 'folder', folder: stick })).name
})
afterEach(() => {
  if (house.db.open) house.close()
  rmSync(base, { recursive: true, force: true })
})

const task = (changes: Partial<RestoreTask> = {}): RestoreTask => ({
  ...{ task: 'restore', place: { kind: 'folder', folder: stick }, name, folder },
  ...changes,
})
const lay = (passphrase: string | null = PASSPHRASE, changes: Partial<RestoreTask> = {}) =>
  runArchiveTask({ ...task(changes), passphrase }, { signal: new AbortController().signal })

/** As they are, and nothing beside. */
function present(): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  return Object.fromEntries(
    files.map((one) => [join(one.parentPath, one.name), readFileSync(join(one.parentPath, one.name), 'latin1')]),
  )
}

describe('a house that is laid beside an open one', () => {
  it('is whole and checked, and the open one goes on as it was', async () => {
    const before = present()
    const { beside } = await lay()
    expect(beside).toEqual({
      ...{ house: 'Home', madeAt: Date.UTC(2026, 10, 30, 3, 30), version: '0.1.0', readings: 3 },
      ...{ differs: [], hasSettings: true, outside: {} },
    })
    expect(present()).toMatchObject(before)
    house.db.exec("UPDATE houses SET name = 'Still here'")
    expect(house.db.prepare('SELECT name FROM houses').pluck().get()).toBe('Still here')
  })

  it('takes its place at the next start, once it is decided', async () => {
    await lay()
    house.db.exec("UPDATE houses SET name = 'Later'")
    const known = { house: 'Home', made_at: 1, version: '0.1.0', name }
    const note = decideHouseExchange(folder, known, 7)
    expect(note).toEqual({ ...known, restored_at: 7, aside: join(folder, '*.aside-7') })
    // Whoever has it open goes on until they end.
    expect(house.db.prepare('SELECT name FROM houses').pluck().get()).toBe('Later')
    house.close()
    finishHouseExchange(folder)
    expect(JSON.parse(readFileSync(join(folder, 'hub.restored'), 'utf8'))).toEqual(note)
    expect(readFileSync(`${storeFile(folder)}.aside-7`).includes('Later')).toBe(true)
    expect(readFileSync(storeFile(folder)).includes('Later')).toBe(false)
  })

  it('says what will be another than here', async () => {
    writeFileSync(join(folder, 'tls.key'), 'a newer key')
    writeFileSync(join(folder, 'ca.crt'), 'a newer authority')
    expect((await lay()).beside?.differs).toEqual(['authority', 'key'])
  })

  const useless: [string, () => Promise<unknown>, object][] = [
    [
      'another passphrase',
      () => lay('some other words'),
      { code: 'bad_params', message: expect.stringContaining('does not open') },
    ],
    [
      'no passphrase',
      () => lay(null),
      { code: 'bad_params', hint: 'Type the passphrase that was in use when it was made.' },
    ],
    [
      'an archive that was cut off',
      async () => {
        truncateSync(join(stick, name), 30_000)
        await lay()
      },
      { code: 'bad_params', message: expect.stringContaining('damaged') },
    ],
    ['an archive that is gone', () => lay(PASSPHRASE, { name: name.replace('2026', '2025') }), { code: 'not_found' }],
    [
      'a command that fails at its end',
      () => {
        const fetch = ['/bin/sh', '-c', `cat ${join(stick, name)}; echo no >&2; exit 3`]
        return lay(PASSPHRASE, { place: { kind: 'command', argv: ['true'], fetch, limitMs: 60_000 } })
      },
      { code: 'program_failed' },
    ],
    ['a newer version', () => layHostile({ format: 99, version: '9.0.0' }), { code: 'newer_schema' }],
    ['more than there is room for', () => layHostile({ bytes: 9e15 }), { code: 'disk_full' }],
  ]

  it.each(useless)('leaves nothing of %s, and the house as it is', async (_what, act, error) => {
    const before = present()
    await expect(act()).rejects.toMatchObject(error)
    expect(present()).toEqual(before)
  })

  it('removes what an earlier one left, and nothing of a check that goes on beside it', async () => {
    mkdirSync(join(folder, 'restoring.check'))
    writeFileSync(join(folder, 'restoring.hub.db-wal'), 'of a killed one')
    writeFileSync(join(folder, 'restoring.central.url'), 'of a killed one')
    await expect(lay('some other words')).rejects.toThrow()
    expect(readdirSync(folder).filter((one) => one.startsWith('restoring'))).toEqual(['restoring.check'])
  })

  async function layHostile(changes: object): Promise<void> {
    const manifest = {
      format: 1,
      version: '0.1.0',
      schema: '0001',
      made_at: 1,
      house: 'Home',
      bytes: 10,
      rows: {},
      ...changes,
    }
    const body = JSON.stringify(manifest)
    const plain = name.replace('.age', '')
    const entry = { header: { name: 'manifest.json', size: Buffer.byteLength(body), type: 'file' }, body } as const
    writeFileSync(join(stick, plain), await packTar([entry]))
    await layBeside({ ...task({ name: plain }), passphrase: null }, () => {})
  }
})
