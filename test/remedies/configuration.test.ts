import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { afterAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../edge/config/load-settings.ts'
import { EXAMPLES } from '../../edge/config/schema.ts'
import { configureSource } from '../../edge/sensors/configure.ts'
import { HUB_EXAMPLES, readHubConfig } from '../../hub/config.ts'
import { fakeTree } from '../edge/health/fake-tree.ts'
import { asPattern } from './lib/as-pattern.ts'
import { refusal } from './lib/refusal.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-remedies-'))
afterAll(() => rmSync(folder, { recursive: true }))

function written(text: string | Buffer, name = 'hub.toml'): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

const read = {
  hub: (file?: string) => readHubConfig(file),
  edge(file?: string) {
    const { config, faults } = loadConfig({ ...(file !== undefined && { file }), env: {} })
    // The agent runs without what is wrong, and names it.
    for (const { error } of faults) throw error
    return { config }
  },
}

describe.each(Object.entries(read))('a settings file of the %s', (_, load) => {
  it('that is not there, a folder, or behind a file is told as that', async () => {
    const none = join(folder, 'none.toml')
    const { message, hint } = await refusal(() => load(none))
    expect(message).toMatch(/^there is no /)
    expect(hint).toMatch(asPattern('… Without --config everything has a default.'))
    expect(() => load(undefined)).not.toThrow()
    expect(await refusal(() => load(folder))).toMatchObject({ message: /is a folder/ })
    expect(await refusal(() => load(join(written(''), 'x')))).toMatchObject({ message: /is a file, not a folder/ })
  })

  it.each([
    ['UTF-16', (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16LE', (text: string) => Buffer.from(text, 'utf16le')],
    ['ISO-8859-1', (text: string) => Buffer.from(text, 'latin1')],
  ])('in %s is mended by the command that it is told', async (encoding, encode) => {
    const text = '# Küche\n'
    const file = written(encode(text))
    const { hint } = await refusal(() => load(file))
    expect(hint).toMatch(asPattern('Save it as UTF-8: iconv -f … -t UTF-8 … > utf8.toml && mv utf8.toml …'))
    const [, from = '', to = ''] = /iconv -f (\S+) -t (\S+) /.exec(hint) ?? []
    expect([from, to]).toEqual([encoding, 'UTF-8'])
    // What iconv does: a mark at the beginning says which of the two orders it is.
    const decoded = new TextDecoder(from === 'UTF-16' ? 'utf-16le' : from.toLowerCase()).decode(readFileSync(file))
    expect(decoded).toBe(text)
    expect(() => load(written(decoded))).not.toThrow()
  })

  it('may begin with the mark that some editors write', () => {
    expect(() => load(written('\uFEFF# settings\n'))).not.toThrow()
  })

  it('names the line that is no TOML', async () => {
    const { message, hint } = await refusal(() => load(written('# a\nx = Kitchen')))
    expect(message).toMatch(/, line 2: /)
    expect(hint).toMatch(
      asPattern(
        'Text stands in quotes, a section in brackets and on a line of its own: [agent], and below it name = "…".',
      ),
    )
    const [, section, line] = /own: (\[\w+\]), and below it (.*)\.$/.exec(hint) ?? []
    expect(parse(`${section}\n${line}`)).toEqual({ agent: { name: 'Kitchen Pi' } })
    expect(() => read.edge(written(`${section}\n${line}`))).not.toThrow()
  })
})

describe('a key', () => {
  it.each<[string, (file: string) => unknown, string, string]>([
    ['a section of the hub', read.hub, '[listn]\ntls = "a:1"', 'listen'],
    ['a key of the hub', read.hub, '[listen]\ntsl = "a:1"', 'tls'],
    ['a key of the hub outside of sections', read.hub, 'advertize = ["a:1"]', 'advertise'],
    ['a key of the agent', read.edge, '[agent]\nnmae = "x"', 'name'],
  ])('that is misspelt, %s, is told the nearest, which works', async (_, load, text, nearest) => {
    const { message } = await refusal(() => load(written(text)))
    const [, wrong = '', right = ''] = /(?:no key|no section) (\w+); did you mean (\w+)\?/.exec(message) ?? []
    expect(right).toBe(nearest)
    expect(() => load(written(text.replace(wrong, right)))).not.toThrow()
  })

  it.each([
    ['pth', 'path', { driver: 'disk' }, '/'],
    ['intervall_s', 'interval_s', { driver: 'load' }, 5],
  ])('of a sensor that is misspelt, %s, is told the nearest', async (wrong, right, table, value) => {
    const configure = (own: object) => configureSource('it', { ...table, ...own }, fakeTree().machine)
    expect(await refusal(() => configure({ [wrong]: value }))).toMatchObject({
      message: `[sensors.it] has no key ${wrong}; did you mean ${right}?`,
    })
    expect(() => configure({ [right]: value })).not.toThrow()
  })

  it.each(['command', 'simulated'])('kind of %s that is misspelt is told the nearest', async (driver) => {
    const own = driver === 'command' ? { command: ['x'] } : {}
    const configure = (kind: string) => configureSource('it', { driver, kind, ...own }, fakeTree().machine)
    const { message } = await refusal(() => configure('temprature'))
    expect(message).toContain('did you mean temperature?')
    expect(() => configure('temperature')).not.toThrow()
  })

  it('of a table that cannot be one is told one that can', async () => {
    const wrong = '[sensors."\\u200e"]'
    const text = `${wrong}\ndriver = "load"`
    const { message, hint } = await refusal(() => read.edge(written(text)))
    expect(message).toContain('has a name with nothing that can be seen')
    expect(hint).toMatch(asPattern('Write …, or what people call it: ….'))
    const better = /Write (\[\S+\]),/.exec(hint)?.[1] ?? ''
    const { config } = read.edge(written(text.replace(wrong, better)))
    expect(Object.keys(config.sensors)).toEqual(['sensor_1'])
  })

  it.each([
    ['hub', 'makers.brokers', 'Home', 'home', 'url = "mqtt://127.0.0.1"'],
    ['hub', 'makers.brokers', 'Küche oben', 'kuche-oben', 'url = "mqtt://127.0.0.1"'],
    ['hub', 'makers.brokers', 'hub', 'broker_1', 'url = "mqtt://127.0.0.1"'],
    ['edge', 'gpio.buttons', 'Licht Küche', 'licht-kuche', 'pin = 5'],
    ['edge', 'gpio.buttons', 'talk', 'button_1', 'pin = 5'],
  ] as const)(
    'of the %s with a table of %s that is called %s is told what it may be called',
    async (of, section, name, better, line) => {
      const { message, hint } = await refusal(() => read[of](written(`[${section}."${name}"]\n${line}`)))
      expect(message).toContain(`[${section}."${name}"] is `)
      expect(hint).toMatch(asPattern('Call it ….'))
      expect(hint).toBe(`Call it [${section}.${better}].`)
      expect(() => read[of](written(`[${section}.${better}]\n${line}`))).not.toThrow()
    },
  )

  it('is told that a name with other letters stands in quotes', async () => {
    const text = '[sensors.Küche]\ndriver = "load"'
    const { hint } = await refusal(() => read.edge(written(text)))
    const [better = ''] = /\[sensors.*\]/.exec(hint) ?? []
    expect(hint).toMatch(asPattern('A name of other letters than a-z, 0-9, _ and - stands in quotes…'))
    expect(() => read.edge(written(text.replace('[sensors.Küche]', better)))).not.toThrow()
  })

  it('is told the keys that an entry of its own name may have', async () => {
    const entry = (line: string) => written(`[makers.brokers.home]\nurl = "mqtt://127.0.0.1"\n${line}`)
    expect(await refusal(() => read.hub(entry('password = "x"')))).toMatchObject({
      message: expect.stringMatching(/has no key password; it has url, user, secret, secret_file, /),
    })
    expect(await refusal(() => read.hub(entry('zigbe2mqtt = "x"')))).toMatchObject({
      message: expect.stringMatching(/did you mean zigbee2mqtt\?$/),
    })
    const http = written('[makers.brokers.home]\nurl = "http://127.0.0.1"')
    expect((await refusal(() => read.hub(http))).message).toMatch(/url: does not begin with mqtt:\/\/ or mqtts:\/\/$/)
  })

  it.each([
    ['hub', HUB_EXAMPLES, read.hub],
    ['edge', EXAMPLES, read.edge],
  ] as const)('of the %s has an example that works', (_, examples, load) => {
    for (const [path, example] of examples) {
      const section = path.includes('.') ? `[${path.split('.')[0]}]\n` : ''
      expect(() => load(written(section + example)), path).not.toThrow()
    }
  })

  it('with a value of the wrong kind is told an example, which works', async () => {
    const { hint } = await refusal(() => read.hub(written('[listen]\ntls = 8883')))
    expect(hint).toMatch(asPattern('For example:\n    …'))
    const example = hint.replace('For example:', '').replaceAll(/^ {4}/gm, '').trim()
    expect(Object.keys(read.hub(written(`[listen]\n${example}`)).listen)).toContain('tls')
  })

  it('sensors has an example whose driver there is', () => {
    const { sensors } = parse(EXAMPLES.get('sensors') ?? '') as { sensors: Record<string, Record<string, unknown>> }
    for (const [key, table] of Object.entries(sensors))
      expect(() => configureSource(key, table, fakeTree().machine)).not.toThrow()
  })
})

describe('an address', () => {
  it.each([
    ['127.0.0.1:65536', /above 65535/],
    ['127.0.0.1:99999', /above 65535/],
    ['127.0.0.1', /has no port/],
    ['::1:8883', /in brackets/],
    ['a b:1', /no address/],
  ])('%s is refused for what is wrong with it, in the file and on the command line', async (tls, message) => {
    expect(await refusal(() => read.hub(written(`[listen]\ntls = "${tls}"`)))).toMatchObject({ message })
    expect(await refusal(() => readHubConfig(undefined, { tls }))).toMatchObject({ message })
  })

  it.each(['127.0.0.1:65535', '[::1]:8883', 'hub.lan:1'])('%s is none to be refused', (tls) => {
    expect(readHubConfig(undefined, { tls }).listen.tls).toBe(tls)
  })
})
