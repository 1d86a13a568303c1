import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { sqliteInUse } from '../../shared/sqlite/sqlite-in-use.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually } from '../faults/lib/fleet.ts'

const LARES = join(import.meta.dirname, '../../lares')
const run = promisify(execFile)

/** None of these may be in a bundle, whatever says them. */
const CANARIES = {
  central: 'Canary%2Fcentral#',
  inSettings: 'canary-in-settings',
  argument: 'canary-argument',
  device: 'canaryDeviceSecret0123456789abcdefghijklmnop',
  environment: 'canary-in-environment',
}

describe('lares diagnose', () => {
  const data = makeDataFolder()
  const edgeData = join(data.scratch, 'edge')
  const edgeConfig = join(data.scratch, 'edge.toml')
  const config = `${data.folder}.toml`
  let hub: HubProcess
  let admin: LocalAdmin
  let token = ''
  let secret = ''
  let made = 0

  beforeAll(async () => {
    mkdirSync(data.folder)
    mkdirSync(edgeData)
    writeFileSync(join(edgeData, 'identity.json'), JSON.stringify({ device: 'pi-1', secret: CANARIES.device }))
    writeFileSync(
      edgeConfig,
      `[sensors.solar]\ndriver = "command"\ncommand = ["/bin/solar", "--key=${CANARIES.argument}"]\n`,
    )
    const url = `postgres://site:${CANARIES.inSettings}@127.0.0.1:1/lares`
    writeFileSync(join(data.folder, 'central.url'), `postgres://site:${CANARIES.central}@127.0.0.1:1/lares\n`)
    hub = await startHub({ ...data, config: `log = "info"\n[central]\nurl = "${url}"\n` })
    admin = await LocalAdmin.open(hub.ports.socket)
    await admin.call('users', 'create', { email: 'canary@example.org', password: 'canary canary canary' })
    token = (await admin.call<{ token: string }>('users', 'token', { email: 'canary@example.org', name: 'x' })).token
    secret = (await admin.call<{ secret: string }>('devices', 'create', { name: 'Garden' })).secret
  })
  afterAll(async () => {
    admin.close()
    await hub.stop()
    data.remove()
  })

  async function diagnose(): Promise<{ text: string; file: string }> {
    made += 1
    const file = join(data.scratch, `bundle-${made}.json`)
    const places = ['--data', data.folder, '--edge-data', edgeData, '--config', config, '--edge-config', edgeConfig]
    const env = { ...process.env, LARES_CENTRAL_URL: `postgres://u:${CANARIES.environment}@h/d` }
    await run(LARES, ['diagnose', '--to', file, ...places], { env })
    return { file, text: readFileSync(file, 'utf8') }
  }

  function expectNoSecret(text: string): void {
    for (const canary of [...Object.values(CANARIES), token, secret, 'canary@example.org'])
      expect(text).not.toContain(canary)
    expect(text.toLowerCase()).not.toContain('canary')
  }

  it('writes one file with versions, settings, files, health, counts and the last lines of the log, and no secret', async () => {
    await eventually(async () =>
      (await admin.call<{ lines: string[] }>('hub', 'log')).lines.some((line) => line.includes('"part":"sync"')),
    )
    const { text, file } = await diagnose()
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const { hub: found, edge, versions, machine } = JSON.parse(text)
    expect(versions).toMatchObject({ lares: expect.any(String), node: process.version, sqlite: sqliteInUse() })
    expect(machine).toMatchObject({ architecture: process.arch, system: expect.any(String) })
    expect(found.settings.settings).toMatchObject({ log: 'info', central: { url: '[address]' } })
    expect(found.files).toMatchObject({ disk_mb: { free: expect.any(Number) } })
    expect(found.files.entries.map(({ name }: { name: string }) => name)).toContain('hub.db')
    expect(found.health.problems).toMatchObject([{ code: 'central_away' }])
    expect(found.answers['hub status']).toMatchObject({ devices: { known: 1 }, ledger: expect.any(Object) })
    expect(found.answers['hub log'].lines.join('\n')).toContain('the hub listens')
    expect(edge.settings.settings.sensors.solar).toMatchObject({ command: ['/bin/solar', '[argument]'] })
    expectNoSecret(text)
  })

  it('overwrites nothing', async () => {
    const { file } = await diagnose()
    const before = readFileSync(file, 'utf8')
    await expect(run(LARES, ['diagnose', '--to', file])).rejects.toMatchObject({
      stderr: expect.stringContaining('is there already'),
    })
    expect(readFileSync(file, 'utf8')).toBe(before)
  })

  it('works as well when the hub does not run, and says what it could not find out', async () => {
    await hub.stop()
    const { text } = await diagnose()
    const { hub: found, versions } = JSON.parse(text)
    expect(versions.lares).toEqual(expect.any(String))
    expect(found.files.entries.map(({ name }: { name: string }) => name)).toContain('hub.db')
    expect(found.settings.settings.log).toBe('info')
    for (const part of ['health', 'answers']) expect(found[part]).toEqual({ unavailable: expect.any(String) })
    expectNoSecret(text)
  })
})

describe('lares hub log-level', () => {
  it('lets a part of a running hub say more, in its own thread', async () => {
    const data = makeDataFolder()
    const config = 'log = "error"\n[central]\nurl = "postgres://site:x@127.0.0.1:1/lares"\n'
    const hub = await startHub({ ...data, config })
    try {
      const said = () => hub.log().includes('"part":"sync"')
      const failures = async () => {
        const { stdout } = await run(LARES, ['sync', 'status', '--json', '--data', data.folder])
        return (JSON.parse(stdout) as { live: { failures: number } }).live.failures
      }
      await eventually(async () => (await failures()) >= 1, 60_000)
      expect(said()).toBe(false)
      await run(LARES, ['hub', 'log-level', 'sync', 'info', '--data', data.folder])
      await eventually(said, 60_000)
      await expect(run(LARES, ['hub', 'log-level', 'nothing', 'info', '--data', data.folder])).rejects.toThrow()
    } finally {
      await hub.stop()
      data.remove()
    }
  })
})
