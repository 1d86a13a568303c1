import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KeyFolder } from '../../hub/secrets/key-folder.ts'
import { Keyring } from '../../hub/secrets/keyring.ts'
import { StoredSecrets } from '../../hub/secrets/stored-secrets.ts'
import { storeFile } from '../../hub/store/places.ts'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually, makeFleet, progress, runFleet } from '../faults/lib/fleet.ts'
import { seededRandom } from '../faults/lib/seeded-random.ts'
import type { TestDevice } from '../faults/lib/test-device.ts'
import { formsOf } from './canaries/leaks.ts'

const ROOT = join(import.meta.dirname, '../..')
const PASSPHRASE = 'Canary passphrase åß of backups 83c1'
const TOKEN = 'token of another program'

interface Places {
  places: { place: string; state: string | null; backups: number; error: string | null }[]
}

describe('a house whose machine is lost', () => {
  const data = makeDataFolder()
  const stick = join(data.scratch, 'stick')
  const empty = join(data.scratch, 'empty')
  const logs: string[] = []
  const commandLines: string[] = []
  let devices: TestDevice[]
  let pin: string
  let acknowledged: number
  let archive: string
  let hub: HubProcess
  let admin: LocalAdmin

  beforeAll(async () => {
    mkdirSync(stick)
    const config = `log = "debug"\n[backup]\nto = { stick = { folder = "${stick}" } }\nsecret = "backup"\n`
    hub = await startHub({ folder: data.folder, config })
    admin = await LocalAdmin.open(hub.ports.socket)
    await admin.call('secrets', 'set', { name: 'home-assistant', secret: TOKEN })
    // The first backup of all was asked for before anybody could enter a passphrase.
    await admin.call('secrets', 'set', { name: 'backup', secret: PASSPHRASE })
    pin = readPorts(data.folder).pin
    devices = await makeFleet(hub, 2, seededRandom(7))
    // They send as fast as they can until the backup is made.
    const sending = runFleet(devices, hub)
    await progress(devices, 300)
    acknowledged = devices.reduce((sum, device) => sum + device.lanes.live.acked + device.lanes.backlog.acked, 0)
    await admin.call('backups', 'make')
    await eventually(async () => {
      commandLines.push(...runningCommands())
      const { places } = await admin.call<Places>('backups', 'places')
      return places.some(({ state, backups }) => state === 'done' && backups > 0)
    }, 60_000).catch(async (error: unknown) => {
      throw new Error(JSON.stringify(await admin.call('backups', 'places')), { cause: error })
    })
    for (const device of devices) device.close()
    await sending
    const { backups } = await admin.call<{ backups: { name: string }[] }>('backups', 'list')
    archive = join(stick, backups[0]?.name ?? '')
  }, 180_000)
  afterAll(async () => {
    admin.close()
    await hub.kill()
    data.remove()
  })

  it('has its backup opened where it lies', async () => {
    await admin.call('backups', 'verify')
    await eventually(async () => {
      const { backups } = await admin.call<{ backups: { opened_at: number | null; fault: null }[] }>('backups', 'list')
      return backups[0]?.opened_at != null
    }, 60_000)
    expect(readdirSync(data.folder).filter((name) => name.startsWith('restoring'))).toEqual([])
  })

  it('comes back on an empty machine with one command, and nobody joins anew', async () => {
    await hub.kill()
    logs.push(hub.log())
    rmSync(`${data.folder}.moved`, { recursive: true, force: true })
    const said = await restore()
    expect(said.code).toBe(0)
    expect(said.out).toMatch(/^restored: the house /)
    hub = await startHub({ folder: empty })
    expect(readPorts(empty).pin).toBe(pin)
    const keyring = new Keyring(() => new KeyFolder(join(empty, 'keys')).read())
    const token = await new StoredSecrets(storeFile(empty), keyring).with({ secret: 'home-assistant' }, (bytes) =>
      String(bytes),
    )
    expect(token).toBe(TOKEN)
    // What was acknowledged before the backup began is there; what came later the devices have no more.
    admin = await LocalAdmin.open(hub.ports.socket)
    const { readings } = await admin.call<{ readings: number }>('hub', 'status')
    expect(readings).toBeGreaterThanOrEqual(acknowledged)
    for (const device of devices) device.connack = null
    const back = runFleet(devices, hub)
    await eventually(() => devices.every(({ connack }) => connack === 0))
    for (const device of devices) device.close()
    await back
    const db = new Sqlite(storeFile(empty), { readonly: true })
    expect(
      db
        .prepare('SELECT count(*) FROM devices WHERE id IN (?, ?)')
        .pluck()
        .get(...devices.map(({ identity }) => identity.device)),
    ).toBe(2)
    db.close()
  }, 120_000)

  it('leaves the passphrase in no log, no row, no file and no command line', () => {
    logs.push(hub.log())
    expect(commandLines.some((line) => line.includes('archive-process.ts'))).toBe(true)
    const places = new Map<string, Buffer>([
      ['logs', Buffer.from(logs.join('\n'))],
      ['command lines', Buffer.from(commandLines.join('\n'), 'latin1')],
      ...filesBelow(data.folder),
      ...filesBelow(stick),
      ...filesBelow(empty),
    ])
    const found = [...places].flatMap(([place, bytes]) =>
      [...formsOf(PASSPHRASE)].filter(([, form]) => bytes.includes(form)).map(([form]) => `${place}: ${form}`),
    )
    expect(found).toEqual([])
  })

  function restore(): Promise<{ code: number | null; out: string }> {
    const words = ['hub', 'restore', '--from', archive, '--data', empty]
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(ROOT, 'cli/main.ts'), ...words],
      {
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    )
    let out = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (out += String(chunk)))
    child.stdin.end(`${PASSPHRASE}\n`)
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, out })))
  }
})

describe('a hub that is told to stop while a backup is made', () => {
  const data = makeDataFolder()
  afterAll(() => data.remove())

  it('stops in time, cleanly, and leaves nothing that runs', async () => {
    const mark = join(data.scratch, 'pid')
    const to = `to = { slow = { command = ["/bin/sh", "-c", "echo $$ > ${mark}; exec sleep 600"] } }`
    const hub = await startHub({ folder: data.folder, config: `log = "error"\n[backup]\nplain = true\n${to}\n` })
    const admin = await LocalAdmin.open(hub.ports.socket)
    await admin.call('backups', 'make')
    await eventually(() => existsSync(mark) && readFileSync(mark, 'utf8') !== '', 30_000)
    admin.close()
    const began = performance.now()
    expect(await hub.stop()).toBe(0)
    expect(performance.now() - began).toBeLessThan(3_000)
    expect(existsSync(`${storeFile(data.folder)}-running`)).toBe(false)
    const pid = readFileSync(mark, 'utf8').trim()
    const isAlive = () =>
      existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
    await eventually(() => !isAlive(), 3_000)
    const db = new Sqlite(storeFile(data.folder), { readonly: true })
    // It is made by the next start.
    expect(db.prepare("SELECT state FROM jobs WHERE kind = 'backup'").pluck().all()).toEqual(['waiting'])
    db.close()
  }, 60_000)
})

function readPorts(folder: string): { pin: string } {
  return JSON.parse(readFileSync(join(folder, 'hub.ports.json'), 'utf8')) as { pin: string }
}

/** As `ps` shows them to everybody on the machine. */
function runningCommands(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'latin1')]
      } catch {
        return [] // it has just ended
      }
    })
}

function filesBelow(folder: string): [string, Buffer][] {
  if (!existsSync(folder)) return []
  return (readdirSync(folder, { recursive: true, withFileTypes: true }) as import('node:fs').Dirent[])
    .filter((entry) => entry.isFile())
    .map((entry) => [join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name))])
}
