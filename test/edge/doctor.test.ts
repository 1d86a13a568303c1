import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { configSchema } from '../../edge/config/schema.ts'
import { runDoctor } from '../../edge/doctor/doctor.ts'
import { formatFindings } from '../../edge/doctor/findings.ts'
import { systemMachine } from '../../edge/health/machine.ts'
import { writeDeviceIdentity } from '../../edge/link/device-identity.ts'
import { openOutboxDatabase } from '../../edge/outbox/open-outbox.ts'
import { Outbox } from '../../edge/outbox/outbox.ts'
import { systemClock } from '../../shared/clock.ts'
import { silentLog } from '../../shared/log.ts'
import { makeCertificate } from './certificate.ts'
import { HubDouble } from './hub-double.ts'

const SECRET = 's'.repeat(43)
const DEVICE = 'kitchen-x7k2m9'
const certificate = makeCertificate()

const stops: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function setUp(options: { pin?: string; secret?: string; sensors?: Record<string, unknown> } = {}) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'lares-doctor-'))
  stops.push(() => rmSync(dataFolder, { recursive: true }))
  const hub = new HubDouble({ certificate, device: DEVICE, secret: SECRET })
  await hub.start()
  stops.push(() => hub.stop())
  const where = { addresses: [hub.address], pin: options.pin ?? certificate.pin, base: 'lares' }
  const who = { device: DEVICE, secret: options.secret ?? SECRET, name: 'Kitchen', joined_at: 0 }
  writeDeviceIdentity(dataFolder, { ...who, ...where })
  const sensors = options.sensors ?? { room: { driver: 'simulated', pattern: 'constant' } }
  const config = configSchema.parse({ agent: { default_sensors: false }, sensors })
  const machine = systemMachine({ clock: systemClock })
  const findings = () => runDoctor({ dataFolder, config, configFile: null, clock: systemClock, machine, status: null })
  return { hub, dataFolder, findings }
}

const problems = (findings: Awaited<ReturnType<typeof runDoctor>>) =>
  findings.filter(({ state, check }) => state === 'problem' && check !== 'clock')

describe('the doctor', () => {
  it('finds a healthy agent healthy', async () => {
    const { findings } = await setUp()
    const found = await findings()
    expect(problems(found)).toEqual([])
    expect(formatFindings(found)).toMatch(/sensor room +21 °C/)
    expect(formatFindings(found)).toContain('the hub accepts this device')
  })

  it('tells a wrong key from a wrong secret from a hub that is away, each with its remedy', async () => {
    const wrongKey = await setUp({ pin: 'x'.repeat(43) })
    expect(problems(await wrongKey.findings())).toMatchObject([
      { says: expect.stringContaining('shows a key'), mend: expect.stringContaining('Another server') },
    ])
    const wrongSecret = await setUp({ secret: 'w'.repeat(43) })
    expect(problems(await wrongSecret.findings())).toMatchObject([
      { says: expect.stringContaining('does not accept'), mend: expect.stringContaining('Join again') },
    ])
    const away = await setUp()
    await away.hub.stop()
    expect(problems(await away.findings())).toMatchObject([{ says: expect.stringContaining('cannot reach') }])
  })

  it('names the sensor that cannot be read, and counts what waits', async () => {
    const { findings, dataFolder } = await setUp({
      sensors: { cellar: { driver: 'command', command: ['/nowhere/program'] } },
    })
    const { db } = openOutboxDatabase(dataFolder, systemClock, silentLog)
    const outbox = new Outbox({ db, clock: systemClock, boot: 'boot-1', log: silentLog })
    outbox.event({ type: 'clock_set' })
    outbox.close()
    const found = await findings()
    expect(found.some(({ check, says }) => check === 'outbox' && says.startsWith('1 messages wait'))).toBe(true)
    expect(problems(found).map(({ check }) => check)).toContain('sensor cellar')
  })
})
