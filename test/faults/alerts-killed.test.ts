import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Sqlite from 'better-sqlite3'
import { connectAsync } from 'mqtt'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { storeFile } from '../../hub/store/places.ts'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { problemsOf } from './lib/hub-health.ts'
import type { KillMoment } from './lib/kill-moment.ts'
import { killedAt } from './lib/killed-at.ts'

/** Each step from a reading to what its target knows. */
const MOMENTS: readonly [name: string, moment: KillMoment][] = [
  ['before it is raised', { in: 'sqlite', text: 'INSERT INTO alerts (rule' }],
  ['before its message is written down', { in: 'sqlite', text: 'INSERT INTO alert_tellings (alert_id' }],
  ['before its message is taken', { in: 'sqlite', text: "SET state = 'running'" }],
  ['before it is noted that it arrived', { in: 'sqlite', text: 'SET told = coalesce(sending' }],
]
/** More than a loaded machine takes for anything here. */
const PATIENCE = { timeout: 180_000, interval: 50 }

interface Message {
  key: string
  title: string
}

let data: ReturnType<typeof makeDataFolder>
let hub: HubProcess | null = null
const messages: Message[] = []
let status = 200
const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk: Buffer) => {
    body += String(chunk)
  })
  request.on('end', () => {
    if (status === 200)
      messages.push({ key: String(request.headers['idempotency-key']), title: String(JSON.parse(body).title) })
    response.writeHead(status).end()
  })
})

beforeEach(async () => {
  data = makeDataFolder()
  messages.length = 0
  status = 200
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterEach(async () => {
  await hub?.kill()
  hub = null
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  data.remove()
})

/** `moment`: when it is killed. */
async function start(moment?: KillMoment): Promise<HubProcess> {
  const { port } = server.address() as AddressInfo
  const config = `log = "error"\n[alerts.targets.hook]\nkind = "webhook"\nurl = "http://127.0.0.1:${port}"\n`
  hub = await startHub({ folder: data.folder, config, env: killedAt(moment) })
  return hub
}

async function asked<T>(area: string, verb: string, params: Record<string, unknown> = {}): Promise<T> {
  const admin = await LocalAdmin.open(hub?.ports.socket ?? '')
  try {
    return await admin.call<T>(area, verb, params)
  } finally {
    admin.close()
  }
}

/** A rule about warmth, and a device that is as warm. */
async function warmDevice(): Promise<void> {
  await asked('alert-rules', 'add', { kind: 'entity_above', name: 'Warm', on_at: 28, severity: 'critical' })
  const { device, secret } = await asked<{ device: string; secret: string }>('devices', 'create', { name: 'Oven' })
  const client = await connectAsync(`mqtt://127.0.0.1:${hub?.ports.plain}`, {
    ...{ clientId: device, username: device, password: secret, reconnectPeriod: 0 },
  })
  // A hub that is killed at once acknowledges nothing.
  client.on('error', () => {})
  const items = [{ sensor: 'heat', value: 31, kind: 'temperature', unit: '°C' }]
  await client.publishAsync(`lares/${device}/readings`, JSON.stringify({ items }), { qos: 1 })
  void client.endAsync(true).catch(() => {})
}

function tellings(): unknown[] {
  const db = new Sqlite(storeFile(data.folder), { readonly: true })
  try {
    return db.prepare('SELECT target, told, sending, is_given_up FROM alert_tellings').all()
  } finally {
    db.close()
  }
}

const isTold = () =>
  vi.waitFor(
    () => expect(tellings()).toEqual([{ target: 'hook', told: 'raised', sending: null, is_given_up: 0 }]),
    PATIENCE,
  )

describe('a hub that is killed', () => {
  it.each(MOMENTS)('%s tells it at its next start, at most once more', async (_, moment) => {
    const killed = await start(moment)
    await warmDevice()
    expect(await killed.ended).toBe('SIGKILL')
    await start()
    await vi.waitFor(() => expect(messages.length).toBeGreaterThan(0), PATIENCE)
    await isTold()
    expect(messages.length).toBeLessThanOrEqual(2)
    expect(new Set(messages.map(({ key }) => key)).size).toBe(1)
    expect(messages[0]?.title).toBe('Oven Temperature is 31 °C, above 28 °C')
    expect(await asked('alerts', 'list')).toMatchObject({ alerts: [{ state: 'open', rule: 'Warm' }] })
  })
})

describe('a target that takes nothing', () => {
  it('is in the health of the hub, and is told when it takes something again', async () => {
    status = 500
    const running = await start()
    await warmDevice()
    await vi.waitFor(async () => expect(await problemsOf(running)).toContain('alerts_target_away'), PATIENCE)
    expect(await asked('alerts', 'targets')).toMatchObject({
      targets: [{ target: 'hook', state: 'is tried again', error: 'it answers 500' }],
    })
    expect(messages).toEqual([])
    status = 200
    await isTold()
    expect(messages).toHaveLength(1)
    await vi.waitFor(async () => expect(await problemsOf(running)).not.toContain('alerts_target_away'), PATIENCE)
    const metrics = await fetch(`http://127.0.0.1:${running.ports.http}/metrics`)
    expect(await metrics.text()).toContain('lares_alerts_open{severity="critical"} 1')
  })
})
