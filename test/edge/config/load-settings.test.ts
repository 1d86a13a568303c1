import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { afterAll, describe, expect, it } from 'vitest'
import { capabilitiesOf } from '../../../edge/config/capabilities.ts'
import { configureSensors, loadConfig, sensorTables } from '../../../edge/config/load-settings.ts'
import { configSchema, EXAMPLES } from '../../../edge/config/schema.ts'
import { systemMachine } from '../../../edge/health/machine.ts'
import { explain } from '../../../shared/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

function load(text: string, env: NodeJS.ProcessEnv = {}) {
  const file = join(folder, 'edge.toml')
  writeFileSync(file, text)
  return loadConfig({ file, env })
}

async function complaint(text: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  try {
    const { config, file, faults } = load(text, env)
    const tables = await sensorTables(config, '/', systemMachine())
    const wrong = [...faults, ...configureSensors(tables, { machine: systemMachine(), file }).faults]
    if (wrong[0]) return explain(wrong[0].error)
  } catch (error) {
    return explain(error)
  }
  return 'nothing'
}

describe('the configuration', () => {
  it('has a default for everything, without any file', async () => {
    const { config } = load('')
    expect(config).toMatchObject({
      agent: { log_level: 'info' },
      heartbeat: { interval_s: 30 },
      gpio: { backend: 'auto' },
      microphone: { enabled: false, trigger: 'voice' },
    })
    const readText = async (path: string) => (path.endsWith('type') ? 'cpu-thermal' : '51200')
    const machine = { ...systemMachine(), readText, list: async () => ['thermal_zone0'] }
    const { sources } = configureSensors(await sensorTables(config, '/data', machine), {
      machine: systemMachine(),
      file: null,
    })
    expect(sources.map(({ source }) => source.name)).toEqual(['cpu_temperature', 'load', 'memory', 'disk'])
  })

  it('takes a pin alone for a button', async () => {
    const { config } = load('[gpio]\ntalk_button = 17\nmute_switch = { pin = 27, contact = "latching" }')
    expect(config.gpio.talk_button).toMatchObject({ pin: 17, pull: 'up' })
    expect(config.gpio.mute_switch).toMatchObject({ pin: 27, contact: 'latching' })
  })

  it('takes more buttons by names of their own, and not by those of the two that it knows', async () => {
    const { config } = load('[gpio]\nbuttons = { lamp = 5, bell = { pin = 6, debounce_ms = 50 } }')
    expect(config.gpio.buttons).toMatchObject({ lamp: { pin: 5, pull: 'up' }, bell: { pin: 6, debounce_ms: 50 } })
    expect(capabilitiesOf(config)).toContain('buttons')
    for (const name of ['talk', 'mute', 'Lamp', '"a b"', '-x'])
      expect(await complaint(`[gpio]\nbuttons = { ${name} = 5 }`)).toContain('buttons')
  })

  it('lets the environment go before the file', async () => {
    const { config } = load('[agent]\nlog_level = "warn"', {
      LARES_EDGE_AGENT_LOG_LEVEL: 'debug',
      LARES_EDGE_HUB_ADDRESSES: 'a:1, b:2',
      LARES_EDGE_HEARTBEAT_INTERVAL_S: '60',
      LARES_EDGE_MICROPHONE_ENABLED: 'true',
      LARES_HUB_DATA: 'of another program',
    })
    expect(config.agent.log_level).toBe('debug')
    expect(config.hub.addresses).toEqual(['a:1', 'b:2'])
    expect(config.heartbeat.interval_s).toBe(60)
    expect(config.microphone.enabled).toBe(true)
  })

  it('names file, key, fault and an example', async () => {
    expect(await complaint('[heartbeat]\ninterval_s = 1')).toMatch(
      /edge\.toml: heartbeat\.interval_s: is to be at least 5[\s\S]*interval_s = 30[\s\S]*\[bad_config\]/,
    )
    expect(await complaint('[agent]\nname = 5')).toMatch(
      /agent\.name: is to be a text in quotes[\s\S]*name = "Kitchen Pi"/,
    )
  })

  it('knows the nearest name of an unknown key, section, driver and variable', async () => {
    expect(await complaint('[agent]\nlog_levle = "info"')).toContain(
      '[agent] has no key log_levle; did you mean log_level?',
    )
    expect(await complaint('[microfone]\nenabled = true')).toContain('no section microfone; did you mean microphone?')
    expect(await complaint('[gpio.talk_button]\npinn = 17')).toContain('did you mean pin?')
    expect(await complaint('[sensors.cellar]\ndriver = "1wire"')).toMatch(/edge\.toml: \[sensors\.cellar\].*driver/)
    expect(await complaint('', { LARES_EDGE_AGENT_LOGLEVEL: 'info' })).toContain(
      'Did you mean LARES_EDGE_AGENT_LOG_LEVEL?',
    )
  })

  it('leaves out what is wrong and keeps the rest, each by its name', async () => {
    const { config, faults } = load(
      `[agent]\nname = "Pi"\ndefault_sensors = false
[heartbeat]\ninterval_s = 1
[gpio]\ntalk_button = "left"
[microphone]\nenabled = "perhaps"
[microfone]\nenabled = true
[sensors]\nbroken = 5
[sensors." "]\ndriver = "load"
[sensors.typo]\ndriver = "laod"
[sensors.twin]\ndriver = "load"
[sensors.load]\ndriver = "load"\nminutes = 7
[sensors.good]\ndriver = "load"`,
    )
    expect(faults.map(({ part }) => part)).toEqual(
      expect.arrayContaining(['heartbeat', 'gpio', 'microphone', 'configuration', 'sensor broken', 'sensor  ']),
    )
    expect(config).toMatchObject({
      agent: { name: 'Pi' },
      heartbeat: { interval_s: 30 },
      microphone: { enabled: false },
    })
    const tables = await sensorTables(config, '/', systemMachine())
    const { sources, faults: wrong } = configureSensors(tables, { machine: systemMachine(), file: null })
    expect(sources.map(({ source }) => source.name)).toEqual(['twin', 'good'])
    expect(wrong.map(({ part }) => part)).toEqual(['sensor typo', 'sensor load'])
  })

  it('still refuses what it cannot do without: who it is and where its hub is', () => {
    expect(() => load('[agent]\nlog_levle = "info"')).toThrow('did you mean log_level?')
    expect(() => load('[hub]\naddresses = ["nowhere"]')).toThrow('hub.addresses')
  })

  it('reads a variable by what its key wants, takes an empty one for unset, and names one it does not know', () => {
    const { config, faults } = load('[agent]\nlog_level = "warn"', {
      LARES_EDGE_AGENT_NAME: '007',
      LARES_EDGE_AGENT_LOG_LEVEL: '',
      LARES_EDGE_HEARTBEAT_INTERVAL_S: '',
      LARES_EDGE_GPIO_TALK_BUTTON: '17',
      LARES_EDGE_MICROPHONE_ENABLED: 'yes',
      LARES_EDGE_MICROPHONE_DEVICE: 'true',
      LARES_EDGE_MICROPHONE_DEVIC: 'x',
    })
    expect(config.agent).toMatchObject({ name: '007', log_level: 'warn' })
    expect(config.gpio.talk_button).toMatchObject({ pin: 17 })
    expect(config.microphone).toMatchObject({ enabled: true, device: 'true' })
    expect(faults.map(({ error }) => error.hint)).toEqual(['Did you mean LARES_EDGE_MICROPHONE_DEVICE?'])
  })

  it('tells a wrong variable by its name, with one that works', () => {
    const fault = (name: string, text: string) => load('', { [name]: text }).faults[0]?.error
    expect(fault('LARES_EDGE_HEARTBEAT_INTERVAL_S', 'often')).toMatchObject({
      message: 'the environment variable LARES_EDGE_HEARTBEAT_INTERVAL_S: heartbeat.interval_s: is to be a number',
      hint: expect.stringMatching(/ LARES_EDGE_HEARTBEAT_INTERVAL_S=30$/),
    })
    expect(fault('LARES_EDGE_GPIO_MUTE_SWITCH', 'left')).toMatchObject({
      message: expect.stringMatching(/: gpio\.mute_switch: is to be the number of a pin, or a table$/),
      hint: expect.stringMatching(/ LARES_EDGE_GPIO_MUTE_SWITCH=27$/),
    })
    expect(() => load('', { LARES_EDGE_HUB_ADDRESSES: 'hub' })).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/ LARES_EDGE_HUB_ADDRESSES=192\.168\.1\.10:8883$/) }),
    )
  })

  it('names the line that is not TOML', async () => {
    expect(await complaint('[agent]\nname = Kitchen')).toMatch(/edge\.toml, line 2: /)
  })

  it('complains about a named file that is missing', async () => {
    expect(() => loadConfig({ file: join(folder, 'none.toml'), env: {} })).toThrow('there is no')
  })

  it('lets a setting of the house change the pace of one sensor', async () => {
    const { config } = load('')
    const { sources } = configureSensors(await sensorTables(config, '/', systemMachine()), {
      machine: systemMachine(),
      file: null,
      overrides: { load: { interval_s: 5, deadband: undefined } },
    })
    expect(sources.find(({ source }) => source.name === 'load')?.intervalMs).toBe(5_000)
  })

  it('shows only examples that work', async () => {
    for (const [path, example] of EXAMPLES) {
      const [section] = path.split('.')
      const text = example.startsWith('[') ? example : `[${section}]\n${example}`
      expect(configSchema.safeParse(parse(text)).error, path).toBeUndefined()
    }
  })
})
