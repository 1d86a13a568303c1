import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually } from '../faults/lib/fleet.ts'
import { formsOf } from './canaries/leaks.ts'

const PASSPHRASE = 'Canary passphrase åß of restores 5e0b'
const PASSWORD = 'Canary password of Ada 91d7'
const PERSON = { email: 'ada@example.org', password: PASSWORD, role: 'admin' }

interface Restoring {
  state: string
  error: string | null
  says: string[]
  restored: { house: string; name: string; aside: string | null } | null
}

interface Answer {
  status: string
  data?: Record<string, unknown>
  error?: { code: string; message: string; hint: string }
}

const restoring = (admin: LocalAdmin) => admin.call<Restoring>('backups', 'restoring')

async function namesOf(admin: LocalAdmin): Promise<string[]> {
  const { devices } = await admin.call<{ devices: { name: string }[] }>('devices', 'list')
  return devices.map(({ name }) => name)
}

/** What lies in a data folder of something that is not whole, or not decided. */
function unfinished(folder: string): string[] {
  return readdirSync(folder).filter((name) => /^(?:restoring\.|restored-\d)|\.part$/.test(name))
}

/** Makes a backup of a house with a device, and adds another one after it. Resolves with the name of the backup. */
async function houseWithBackup(admin: LocalAdmin): Promise<string> {
  await admin.call('users', 'create', PERSON)
  await admin.call('devices', 'create', { name: 'Kitchen' })
  await admin.call('backups', 'make')
  let name = ''
  await eventually(async () => {
    const { backups } = await admin.call<{ backups: { name: string }[] }>('backups', 'list')
    name = backups[0]?.name ?? ''
    // The one of this night may be made beside it.
    const { jobs } = await admin.call<{ jobs: { state: string }[] }>('jobs', 'list')
    return name !== '' && jobs.every(({ state }) => state === 'done')
  }, 60_000).catch(async (error: unknown) => {
    throw new Error(JSON.stringify(await admin.call('backups', 'places')), { cause: error })
  })
  await admin.call('devices', 'create', { name: 'Later' })
  return name
}

/** The socket of a hub that begins again is another one. */
async function openAgain(socket: string, isThere: (admin: LocalAdmin) => Promise<boolean>): Promise<LocalAdmin> {
  let opened: LocalAdmin | null = null
  await eventually(async () => {
    const admin = await LocalAdmin.open(socket).catch(() => null)
    if (admin === null) return false
    if (await isThere(admin).catch(() => false)) {
      opened = admin
      return true
    }
    admin.close()
    return false
  }, 60_000)
  if (opened === null) throw new Error('unreachable')
  return opened
}

describe('a backup that is restored while the hub runs', () => {
  const data = makeDataFolder()
  const stick = join(data.scratch, 'stick')
  let hub: HubProcess
  let admin: LocalAdmin
  let phone: MqttClient
  let name: string
  const heard: string[] = []
  let asked = 0

  beforeAll(async () => {
    mkdirSync(stick)
    const config = `log = "debug"\n[backup]\nto = { stick = { folder = "${stick}" } }\nsecret = "backup"\n`
    hub = await startHub({ folder: data.folder, config })
    admin = await LocalAdmin.open(hub.ports.socket)
    await admin.call('secrets', 'set', { name: 'backup', secret: PASSPHRASE })
    name = await houseWithBackup(admin)
    const { user, token } = await admin.call<{ user: string; token: string }>('users', 'token', {
      ...{ email: PERSON.email, name: 'phone' },
    })
    phone = await connectAsync(`mqtt://127.0.0.1:${hub.ports.plain}`, {
      ...{ clientId: `${user}.phone`, username: user, password: token, protocolVersion: 4, reconnectPeriod: 0 },
    })
    await phone.subscribeAsync(`lares/admin/response/${user}.phone/#`)
    await phone.subscribeAsync('lares/#')
    phone.on('message', (topic, payload) => heard.push(`${topic} ${String(payload)}`))
  }, 120_000)
  afterAll(async () => {
    phone?.end(true)
    admin?.close()
    await hub?.kill()
    data.remove()
  })

  async function ask(params: Record<string, unknown>, confirm = true): Promise<Answer> {
    asked += 1
    const id = `r${asked}`
    phone.publish('lares/admin/request/backups/restore', JSON.stringify({ id, params, confirm }))
    const mine = () => heard.find((one) => one.includes('/admin/response/') && one.includes(`"${id}"`))
    await eventually(() => mine() !== undefined)
    return JSON.parse(mine()?.replace(/^\S+ /, '') ?? '') as Answer
  }

  /** The same, where a backup that is made or checked at this moment does not come between. */
  async function askInTime(params: Record<string, unknown>): Promise<Answer> {
    for (;;) {
      const answer = await ask(params)
      if (answer.error?.code !== 'busy' || !answer.error.message.startsWith('a backup is being')) return answer
    }
  }

  const right = { passphrase: PASSPHRASE, password: PASSWORD }

  it('says first what becomes of the present house', async () => {
    const { error } = await ask({ name, ...right }, false)
    expect(error).toMatchObject({ code: 'confirm_needed', message: expect.stringContaining('is set aside') })
  })

  it('wants the password of whoever asks, and a name that a hub gave', async () => {
    expect((await ask({ name, passphrase: PASSPHRASE })).error?.code).toBe('bad_params')
    expect((await ask({ ...right, name, password: 'another one' })).error?.code).toBe('bad_login')
    expect((await ask({ ...right, name: '../../etc/passwd' })).error?.code).toBe('not_found')
    expect((await restoring(admin)).state).toBe('none')
  })

  it('leaves the house alone where the passphrase is another one, and says so', async () => {
    expect(await askInTime({ ...right, name, passphrase: 'some other words' })).toMatchObject({ status: 'ok' })
    await eventually(async () => (await restoring(admin)).state === 'failed', 30_000)
    expect((await restoring(admin)).error).toContain('the passphrase does not open')
    expect(unfinished(data.folder)).toEqual([])
    expect(await namesOf(admin)).toEqual(['Kitchen', 'Later'])
    const { events } = await admin.call<{ events: { title: string }[] }>('events', 'list', { limit: 20 })
    expect(events.map(({ title }) => title)).toEqual(expect.arrayContaining(['Restore asked for', 'Restore failed']))
  })

  it('comes back in the same process with the house of the backup, once', async () => {
    const [first, second] = await Promise.all([
      askInTime({ ...right, name }),
      askInTime({ ...right, name, place: 'stick' }),
    ])
    expect([first?.status, second?.status]).toContain('ok')
    await eventually(async () => (await restoring(admin)).state === 'decided', 30_000)
    expect((await restoring(admin)).says[0]).toContain('as it was at')
    expect((await ask({ ...right, name })).error?.code).toBe('busy')
    // Everybody who looks at the hub is told, without what is nobody's business.
    const told = heard.filter((one) => one.startsWith('lares/hub/health') && one.includes('"restoring"'))
    expect(told.length).toBeGreaterThan(0)
    expect(told.join()).not.toContain(name)
    admin.close()
    admin = await openAgain(hub.ports.socket, async (one) => (await restoring(one)).restored !== null)
    const { restored, state } = await restoring(admin)
    expect(state).toBe('none')
    expect(restored).toMatchObject({ name, house: 'Home', aside: expect.stringContaining('*.aside-') })
    expect(await namesOf(admin)).toEqual(['Kitchen'])
    const ports = JSON.parse(readFileSync(join(data.folder, 'hub.ports.json'), 'utf8')) as { pid: number }
    expect(ports.pid).toBe(hub.pid)
    expect(unfinished(data.folder)).toEqual([])
    expect(readdirSync(data.folder).filter((one) => /^hub\.db\.aside-\d+$/.test(one))).toHaveLength(1)
    const { events } = await admin.call<{ events: { title: string }[] }>('events', 'list', { limit: 50 })
    expect(events.filter(({ title }) => title === 'House restored')).toHaveLength(1)
  }, 90_000)

  it('is noted once, also after another start', async () => {
    admin.close()
    expect(await hub.stop()).toBe(0)
    hub = await startHub({ folder: data.folder })
    admin = await LocalAdmin.open(hub.ports.socket)
    const { events } = await admin.call<{ events: { title: string }[] }>('events', 'list', { limit: 50 })
    expect(events.filter(({ title }) => title === 'House restored')).toHaveLength(1)
  }, 60_000)

  it('goes back to the house before as docs/backup.md says', async () => {
    const { restored } = await restoring(admin)
    const at = /\d+$/.exec(restored?.aside ?? '')?.[0] ?? ''
    const docs = readFileSync(join(import.meta.dirname, '../../docs/backup.md'), 'utf8')
    const [, words = ''] = /^sudo bash -c '(cd \/var\/lib\/lares[^']+)'$/m.exec(docs) ?? []
    admin.close()
    expect(await hub.stop()).toBe(0)
    const typed = words.replaceAll('/var/lib/lares', data.folder).replaceAll('1796083200000', at)
    spawnSync('bash', ['-c', typed])
    hub = await startHub({ folder: data.folder })
    admin = await LocalAdmin.open(hub.ports.socket)
    expect(await namesOf(admin)).toEqual(['Kitchen', 'Later'])
    expect((await restoring(admin)).restored).toBe(null)
    expect(readdirSync(data.folder).filter((one) => one.includes('.aside-'))).toEqual([])
  }, 60_000)

  it('leaves neither passphrase nor password in a log, a row, a file or an answer', () => {
    const places = new Map<string, Buffer>([
      ['log', Buffer.from(hub.log())],
      ['heard', Buffer.from(heard.join('\n'))],
      ...filesBelow(data.folder),
      ...filesBelow(stick),
    ])
    const found = [...places].flatMap(([place, bytes]) =>
      [...formsOf(PASSPHRASE), ...formsOf(PASSWORD)]
        .filter(([, form]) => bytes.includes(form))
        .map(([form]) => `${place}: ${form}`),
    )
    expect(found).toEqual([])
  })
})

describe('a hub that ends while a backup is unpacked', () => {
  let data: ReturnType<typeof makeDataFolder>
  let hub: HubProcess
  let admin: LocalAdmin

  beforeEach(() => {
    data = makeDataFolder()
  })
  afterEach(async () => {
    admin?.close()
    await hub?.kill()
    data.remove()
  })

  /** Begins a restore of an archive whose end never comes, unless `whole`. */
  async function begin({ whole = false } = {}): Promise<string> {
    // The one of this night may be made meanwhile.
    const lies = join(data.scratch, '{name}')
    const gives = whole ? `cat ${lies}` : `echo $$ > ${mark()}; head -c 40000 ${lies}; exec sleep 600`
    const place = `command = ["/bin/sh", "-c", "cat > ${lies}"], fetch = ["/bin/sh", "-c", "${gives}"]`
    hub = await startHub({
      folder: data.folder,
      config: `log = "error"\n[backup]\nplain = true\nto = { far = { ${place} } }\n`,
    })
    admin = await LocalAdmin.open(hub.ports.socket)
    const name = await houseWithBackup(admin)
    await eventually(async () => {
      try {
        await admin.call('backups', 'restore', { name })
        return true
      } catch (error) {
        if (String(error).includes('a backup is being made')) return false
        throw error
      }
    }, 30_000)
    return name
  }

  const mark = () => join(data.scratch, 'fetching')
  /** The hub may have started again before anybody asks. */
  const isDecided = () =>
    restoring(admin).then(
      ({ state }) => state === 'decided',
      () => true,
    )
  const isUnpacking = () => existsSync(join(data.folder, 'restoring.hub.db'))

  async function startAnew(): Promise<void> {
    admin.close()
    hub = await startHub({ folder: data.folder })
    admin = await LocalAdmin.open(hub.ports.socket)
  }

  it('stops in time, and the next start has the present house and nothing else', async () => {
    const name = await begin()
    await eventually(isUnpacking, 30_000)
    await expect(admin.call('backups', 'restore', { name })).rejects.toThrow('busy')
    const began = performance.now()
    expect(await hub.stop()).toBe(0)
    expect(performance.now() - began).toBeLessThan(3_000)
    await startAnew()
    expect(unfinished(data.folder)).toEqual([])
    expect(await namesOf(admin)).toEqual(['Kitchen', 'Later'])
  }, 90_000)

  it('by a kill has the present house and nothing else at the next start', async () => {
    await begin()
    await eventually(isUnpacking, 30_000)
    await hub.kill()
    const fetching = readFileSync(mark(), 'utf8').trim()
    await eventually(() => !existsSync(`/proc/${fetching}`), 5_000)
    await startAnew()
    expect(unfinished(data.folder)).toEqual([])
    expect(await namesOf(admin)).toEqual(['Kitchen', 'Later'])
  }, 90_000)

  it('by a kill after it was decided has the restored house at the next start', async () => {
    await begin({ whole: true })
    await eventually(isDecided, 30_000)
    await hub.kill()
    await startAnew()
    expect(unfinished(data.folder)).toEqual([])
    expect(await namesOf(admin)).toEqual(['Kitchen'])
  }, 90_000)

  it('in order after it was decided has the restored house at the next start, which somebody else gives it', async () => {
    await begin({ whole: true })
    await eventually(isDecided, 30_000)
    expect(await hub.stop()).toBe(0)
    await startAnew()
    expect(await namesOf(admin)).toEqual(['Kitchen'])
  }, 90_000)
})

function filesBelow(folder: string): [string, Buffer][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => [join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name))])
}
