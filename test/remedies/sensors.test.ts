import { execFileSync } from 'node:child_process'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { configureSensors } from '../../edge/config/load-settings.ts'
import { PinClaims } from '../../edge/gpio/claims.ts'
import { configureSource } from '../../edge/sensors/configure.ts'
import { Sampler } from '../../edge/sensors/sampler.ts'
import type { SensorResult, SensorSource } from '../../edge/sensors/source.ts'
import { ManualClock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import { silentLog } from '../../shared/log.ts'
import { eventually } from '../edge/health/eventually.ts'
import { type FakeTree, fakeTree } from '../edge/health/fake-tree.ts'
import { readAll } from '../edge/sensors/read-all.ts'
import { slaveOf, slaveText } from '../edge/sensors/scratchpad.ts'
import { asPattern } from './lib/as-pattern.ts'

type Table = Record<string, unknown>

/** What the first reading of a table gives: its fault, or `null` when it gave a value. */
async function fault(table: Table, tree: FakeTree): Promise<LaresError | null> {
  try {
    const results = await readAll(configureSource('it', table, tree.machine).source)
    expect(results.length).toBeGreaterThan(0)
    for (const result of results) if ('error' in result && result.error instanceof LaresError) return result.error
    return null
  } catch (error) {
    if (error instanceof LaresError) return error
    throw error
  }
}

interface Case {
  what: string
  table: Table
  says: string
  /** The remedy as the inventory has it. */
  hint: string
  wrong?: (tree: FakeTree) => void
  /** Takes the remedy, from its text where that names something. Returns another table where the file is to be changed. */
  mend: (tree: FakeTree, hint: string) => Table | undefined
}

const found = (text: string, pattern: RegExp) => pattern.exec(text)?.[1] ?? expect.fail(`${pattern} is not in: ${text}`)
const thermal = {
  '/sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
  '/sys/class/thermal/thermal_zone0/temp': '51234\n',
}
const iio = (at: number, name: string) => (tree: FakeTree) => {
  tree.write(`/sys/bus/iio/devices/iio:device${at}/name`, `${name}\n`)
  tree.write(`/sys/bus/iio/devices/iio:device${at}/in_temp_input`, '21000\n')
}

const PROBE = '/sys/bus/w1/devices/28-000000000001/w1_slave'

const CASES: Case[] = [
  {
    what: 'driver',
    table: { driver: 'one-wir' },
    says: '[sensors.it] driver: one-wir is none that there is',
    hint: '…Choose one of ….',
    wrong: (tree) => tree.write('/sys/class/thermal/thermal_zone0/type', 'cpu-thermal\n'),
    mend(tree, hint) {
      expect(found(hint, /Did you mean ([^?]+)\?/)).toBe('one-wire')
      for (const [path, text] of Object.entries(thermal)) tree.write(path, text)
      return { driver: found(hint, /(cpu-temperature)/) }
    },
  },
  {
    what: 'sensor',
    table: { driver: 'memory', sensors: ['it_usd'] },
    says: '[sensors.it] sensors: it_usd is none that there is',
    hint: '…Choose one of ….',
    wrong: (tree) => tree.write('/proc/meminfo', 'MemTotal: 1000 kB\nMemAvailable: 500 kB\n'),
    mend: (_, hint) => ({ driver: 'memory', sensors: [found(hint, /Did you mean ([^?]+)\?/)] }),
  },
  {
    what: 'unit of a kind that has one',
    table: { driver: 'command', command: ['it'], kind: 'temperature', unit: '°F' },
    says: 'unit: can be set only for the kinds number and count',
    hint: 'Remove it: every other kind has its own unit, and a program converts what it prints.',
    wrong: (tree) => tree.program('it', 'echo 21'),
    mend: () => ({ driver: 'command', command: ['it'], kind: 'temperature' }),
  },
  {
    what: 'program that prints words',
    table: { driver: 'command', command: ['it'] },
    says: 'it did not print one number, but "21 °C, warm"',
    hint: 'Run it by hand: it prints one number and nothing else.',
    wrong: (tree) => tree.program('it', 'echo "21 °C, warm"'),
    mend: (tree) => void tree.program('it', 'echo 21'),
  },
  {
    what: 'program that prints nothing',
    table: { driver: 'command', command: ['it'] },
    says: 'it did not print one number, but nothing',
    hint: 'Run it by hand: it prints one number and nothing else.',
    wrong: (tree) => tree.program('it', 'true'),
    mend: (tree) => void tree.program('it', 'echo 21'),
  },
  {
    what: 'program that prints numbers under names',
    table: { driver: 'command', command: ['it'] },
    says: 'it did not print one number, but "{"room temp": 3}"',
    hint: 'It prints numbers under names. Say which you want: values = { ',
    wrong: (tree) => tree.program('it', `echo '{"room temp": 3}'`),
    mend: (_, hint) => ({ driver: 'command', command: ['it'], ...parse(found(hint, /(values = .*)/)) }),
  },
  {
    what: 'program that prints other names',
    table: { driver: 'command', command: ['it'], values: { temp: {} } },
    says: 'it did not print a number for temp, but "temps 3"',
    hint: '…Run it by hand: it prints lines of `key value`, or a JSON object of numbers, under the names in values.',
    wrong: (tree) => tree.program('it', 'echo temps 3'),
    mend: (_, hint) => ({ driver: 'command', command: ['it'], values: { [found(hint, /Did you mean (\w+)\?/)]: {} } }),
  },
  {
    what: 'program that fails',
    table: { driver: 'command', command: ['it'] },
    says: 'it ended with code 3: no probe on the bus',
    hint: 'Run the command by hand, as the same user, to see what it needs.',
    wrong: (tree) => tree.program('it', 'echo "no probe on the bus" >&2; exit 3'),
    mend: (tree) => void tree.program('it', 'echo 21'),
  },
  {
    what: 'program that prints without end',
    table: { driver: 'command', command: ['it'] },
    says: 'it printed more than',
    hint: 'Run the command by hand, as the same user, to see what it does.',
    wrong: (tree) => tree.program('it', 'yes'),
    mend: (tree) => void tree.program('it', 'echo 21'),
  },
  {
    what: 'CPU without a thermometer',
    table: { driver: 'cpu-temperature' },
    says: 'no thermal zone of a CPU',
    hint: 'Virtual machines have none. Remove [sensors.',
    mend: (tree) => {
      for (const [path, text] of Object.entries(thermal)) tree.write(path, text)
      return undefined
    },
  },
  {
    what: 'IIO device that measures nothing known',
    table: { driver: 'iio' },
    says: 'bmp280 measures nothing that Lares knows',
    hint: 'Look at the files in …; a command source can read any of them.',
    wrong(tree) {
      tree.write('/sys/bus/iio/devices/iio:device0/name', 'bmp280\n')
      tree.write('/sys/bus/iio/devices/iio:device0/in_what_input', '7\n')
    },
    mend(tree, hint) {
      const folder = found(hint, /files in (\S+);/)
      tree.program('cat', `exec cat ${tree.root}$1`)
      return { driver: 'command', command: ['cat', `${folder}/in_what_input`] }
    },
  },
  {
    what: 'program that may not be run',
    table: { driver: 'command', command: ['it'] },
    says: 'it may not be run',
    hint: 'Make the file executable (chmod +x).',
    wrong(tree) {
      tree.program('it', 'echo 21')
      chmodSync(join(tree.root, 'bin/it'), 0o644)
    },
    mend: (tree, hint) =>
      void execFileSync('sh', ['-c', `${found(hint, /\((chmod \+x)\)/)} ${join(tree.root, 'bin/it')}`]),
  },
  {
    what: '1-Wire bus that is not enabled',
    table: { driver: 'one-wire' },
    says: 'this machine has no 1-Wire bus',
    hint: 'Enable the bus with dtoverlay=w1-gpio in config.txt, then check the wiring and its 4.7 kΩ resistor.',
    mend: (tree) => void tree.write(PROBE, slaveText(20_000)),
  },
  {
    what: '1-Wire bus whose line is held down',
    table: { driver: 'one-wire' },
    says: 'answers nothing but zeros',
    hint: 'The data line is held down: look for a short circuit, a wet plug, or a probe without power.',
    wrong: (tree) => tree.write(PROBE, slaveOf(Array(9).fill(0), 0)),
    mend: (tree) => void tree.write(PROBE, slaveText(20_000)),
  },
  {
    what: '1-Wire bus on a long cable',
    table: { driver: 'one-wire' },
    says: 'failed its checksum',
    hint: 'Check the wiring: a long cable wants a smaller pull-up resistor.',
    wrong: (tree) => tree.write(PROBE, slaveOf([0x40, 0x01, 0x4b, 0x46, 0x7f, 0xff, 0x10, 0x10, 0x00], 20_000)),
    mend: (tree) => void tree.write(PROBE, slaveText(20_000)),
  },
  {
    what: '1-Wire probe beyond its range',
    table: { driver: 'one-wire' },
    says: 'which its chip cannot measure',
    hint: 'Check the wiring and the supply of the probe; replace it when this goes on.',
    wrong: (tree) => tree.write(PROBE, slaveText(200_000)),
    mend: (tree) => void tree.write(PROBE, slaveText(20_000)),
  },
  {
    what: '1-Wire probe that lost its power',
    table: { driver: 'one-wire' },
    says: 'shows its power-on value of 85 °C',
    hint: 'The probe lost its power while it measured: check the wiring and the length of the cable.',
    wrong: (tree) => tree.write(PROBE, slaveText(85_000, { reserved: 0x0c })),
    mend: (tree) => void tree.write(PROBE, slaveText(20_000)),
  },
  {
    what: 'IIO device that is not there',
    table: { driver: 'iio', device: 'bme280' },
    says: 'no such IIO device: bme280',
    hint: 'Enable it with its dtoverlay in config.txt and check the wiring. There are: ',
    wrong: iio(0, 'bmp280'),
    mend: (_, hint) => ({ driver: 'iio', device: found(hint, /There are: (\w+)/) }),
  },
  {
    what: 'IIO device among several',
    table: { driver: 'iio' },
    says: '2 IIO devices fit, and only one is meant',
    hint: 'Name one with device = "…". There are: ….',
    wrong(tree) {
      iio(0, 'bmp280')(tree)
      iio(1, 'sht3x')(tree)
    },
    mend: (_, hint) => ({ driver: 'iio', device: found(hint, /There are: (\w+)/) }),
  },
]

describe('a sensor', () => {
  it.each(CASES)('$what: what it says, taken literally, works', async ({ table, says, hint, wrong, mend }) => {
    const tree = fakeTree()
    wrong?.(tree)
    const met = await fault(table, tree)
    expect(met?.message).toContain(says)
    expect(met?.hint).toMatch(asPattern(hint))
    expect(await fault(mend(tree, met?.hint ?? '') ?? table, tree)).toBeNull()
  })

  it.each([
    ['#!/usr/bin/no-such-python\necho 21\n', /is to be run by \/usr\/bin\/no-such-python, which is not installed/],
    ['#!/bin/sh\r\necho 21\r\n', /has the line ends of Windows/],
  ])('whose program is there, and what runs it is not, is told that', async (text, says) => {
    const tree = fakeTree()
    const file = join(tree.root, "it's here")
    writeFileSync(file, text)
    chmodSync(file, 0o755)
    const met = await fault({ driver: 'command', command: [file] }, tree)
    expect(met).toMatchObject({ code: 'missing_program', message: expect.stringMatching(says) })
    const command = 'Save it with those of Unix: '
    const mended = met?.hint.startsWith(command) ? met.hint.slice(command.length) : undefined
    if (mended === undefined) {
      expect(met?.hint).toContain('Install that, or name another program in the first line of the file.')
      writeFileSync(file, '#!/bin/sh\necho 21\n')
    } else execFileSync('sh', ['-c', mended])
    expect(await fault({ driver: 'command', command: [file] }, tree)).toBeNull()
  })
})

describe('a source', () => {
  it('that hangs is read again when the sensor is unplugged and put back', async () => {
    const clock = new ManualClock()
    const tree = fakeTree({ clock })
    iio(0, 'bmp280')(tree)
    const file = join(tree.root, '/sys/bus/iio/devices/iio:device0/in_temp_input')
    rmSync(file)
    execFileSync('mkfifo', [file])
    const { source } = configureSource('it', { driver: 'iio' }, tree.machine)
    const reading = readAll(source)
    let met: SensorResult[] | null = null
    void reading.then((results) => (met = results))
    await eventually(() => {
      clock.advance(500)
      expect(met).not.toBeNull()
    })
    expect(await reading).toMatchObject([
      { error: { hint: 'Its driver or cable hangs. Unplug what is connected there, or restart the machine.' } },
    ])
    rmSync(file)
    writeFileSync(file, '21000\n')
    expect(await eventually(() => readAll(source))).toMatchObject([{ value: 21 }])
  })

  it('that measures what it does not list is asked to, and then its value is told', async () => {
    const clock = new ManualClock()
    const described = (key: string) => ({ key, kind: 'temperature', unit: '°C', name: key })
    /** What is told of a source that measures two and lists these. */
    const told = async (...listed: string[]) => {
      const [values, hints] = [[] as string[], [] as string[]]
      const source: SensorSource = {
        name: 'it',
        sensors: listed.map(described),
        async read(_, hand) {
          for (const sensor of ['it', 'other']) hand({ sensor, value: 21 })
        },
      }
      const sampler = new Sampler({
        ...{ sources: [{ source, intervalMs: 10_000, maxSilenceMs: 3_600_000 }], clock, log: silentLog },
        onReadings: (items) => values.push(...items.map(({ sensor }) => sensor)),
        onTrouble: ({ message }) => hints.push(message),
      })
      sampler.start()
      await new Promise((resolve) => setImmediate(resolve))
      sampler.stop()
      return { values, hints }
    }
    const { values, hints } = await told('it')
    expect(values).toEqual(['it'])
    expect(hints[0]).toContain('This is a fault of the source: it must list every sensor it measures.')
    const [, missing = ''] = /a value for (\w+),/.exec(hints[0] ?? '') ?? []
    expect(await told('it', missing)).toEqual({ values: ['it', 'other'], hints: [] })
  })
})

describe('tables of sensors', () => {
  const faultOf = (tables: Record<string, Table>) => {
    const { faults } = configureSensors(tables, { machine: fakeTree().machine, file: null })
    return faults[0]?.error ?? null
  }
  const values = (...names: string[]) => ({
    ...{ driver: 'command', command: ['it'] },
    values: Object.fromEntries(names.map((name) => [name, {}])),
  })
  const memory = { driver: 'memory' }

  it.each<[string, Record<string, Table>, string, Record<string, Table>]>([
    ['one key too long', { ['k'.repeat(35)]: memory }, 'Choose a shorter key.', { k: memory }],
    [
      'two sensors with one key',
      { it: values('Süd'.normalize('NFC'), 'Süd'.normalize('NFD')) },
      'Remove one of what makes it: ….',
      { it: values('Süd'.normalize('NFC')) },
    ],
    [
      'two tables that make one key',
      { it_power: { driver: 'load' }, it: values('power') },
      'Rename one of the two tables: sensor keys are made from the name of the table.',
      { of_it: { driver: 'load' }, it: values('power') },
    ],
    [
      'one name in two spellings',
      { ['Süd'.normalize('NFC')]: memory, ['Süd'.normalize('NFD')]: memory },
      'Remove one of the two tables, or give it another name.',
      { ['Süd'.normalize('NFC')]: memory },
    ],
  ])('with %s are told what to change, which works', (_, wrong, says, right) => {
    expect(faultOf(wrong)?.hint).toMatch(asPattern(says))
    expect(faultOf(right)).toBeNull()
  })
})

describe('a pin', () => {
  it('is told its number, and that it has one use', () => {
    const pins = new PinClaims()
    const claim = (pin: number) => () => pins.claim(pin, 28)
    expect(claim(40)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('Use BCM numbers: the pin called GPIO17 is 17') }),
    )
    expect(claim(17)).not.toThrow()
    expect(claim(17)).toThrow(expect.objectContaining({ hint: 'Give each button and light its own pin.' }))
    expect(claim(18)).not.toThrow()
  })
})
