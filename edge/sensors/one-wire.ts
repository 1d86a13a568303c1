import { z } from 'zod'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Machine } from '../health/machine.ts'
import type { SensorDescription, SensorResult } from './source.ts'
import { sourceDriver } from './source.ts'

const FOLDER = '/sys/bus/w1/devices'
/** DS18S20, DS1822, DS18B20, DS1825 and DS28EA00: the families of the kernel's w1_therm. */
const PROBE = /^(10|22|28|3b|42)-([0-9a-f]{12})$/
/** What a probe holds after power-on until its first conversion, in thousandths of a degree. */
const POWER_ON_VALUE = 85_000

/** Every thermometer on the 1-Wire bus. The bus is searched again at each read, so a probe may come and go. */
export const oneWire = sourceDriver({
  driver: 'one-wire',
  summary: 'Thermometers on the 1-Wire bus: DS18B20 and relatives (dtoverlay=w1-gpio)',
  settings: z.strictObject({}),
  defaults: { intervalS: 60, deadband: { temperature: 0.1 } },
  create(key, _settings, machine) {
    let sensors: SensorDescription[] = []
    return {
      name: key,
      get sensors() {
        return sensors
      },
      async read(signal) {
        const probes = await findProbes(machine)
        // A probe that lost contact for a moment stays known: its readings stop, its place in the house does not.
        const known = new Map(sensors.map((sensor) => [sensor.key, sensor]))
        for (const { sensor, serial } of probes)
          known.set(sensor, { key: sensor, kind: 'temperature', unit: '°C', name: `Temperature ${serial}` })
        if (known.size > sensors.length) sensors = [...known.values()]

        const results: SensorResult[] = []
        // One after the other: the bus carries one conversation at a time, 750 ms each.
        for (const probe of probes) {
          signal.throwIfAborted()
          results.push(await readProbe(machine, probe))
        }
        for (const sensor of known.keys())
          if (!probes.some((probe) => probe.sensor === sensor))
            results.push({ sensor, error: new LaresError('device_missing', `the probe ${sensor} left the bus`) })
        return results
      },
    }
  },
})

interface Probe {
  sensor: string
  serial: string
  path: string
}

async function findProbes(machine: Machine): Promise<Probe[]> {
  const hint = 'Enable the bus with dtoverlay=w1-gpio in config.txt, then check the wiring and its 4.7 kΩ resistor.'
  let names: string[]
  try {
    names = await machine.list(FOLDER)
  } catch (cause) {
    throw new LaresError('device_missing', `this machine has no 1-Wire bus (${FOLDER})`, { cause, hint })
  }
  const probes = names.flatMap((name) => {
    const [, family, serial] = PROBE.exec(name) ?? []
    if (family === undefined || serial === undefined) return []
    const sensor = family === '28' ? `w1_${serial}` : `w1_${family}_${serial}`
    return [{ sensor, serial, path: `${FOLDER}/${name}` }]
  })
  if (probes.length === 0) throw new LaresError('device_missing', 'no thermometer on the 1-Wire bus', { hint })
  return probes
}

async function readProbe(machine: Machine, probe: Probe): Promise<SensorResult> {
  try {
    const milli = await readMilliDegrees(machine, probe)
    if (milli === POWER_ON_VALUE)
      throw new LaresError('bad_value', `${probe.sensor} shows its power-on value of 85 °C`, {
        hint: 'The probe lost its power while it measured: check the wiring and the length of the cable.',
      })
    return { sensor: probe.sensor, value: milli / 1_000 }
  } catch (error) {
    return { sensor: probe.sensor, error: asError(error) }
  }
}

/**
 * w1_slave has two lines: nine bytes and the verdict on their checksum, the same bytes and `t=` thousandths of a degree.
 * Kernels from 5.10 may offer only `temperature`, which the driver has checked already.
 */
async function readMilliDegrees(machine: Machine, { path, sensor }: Probe): Promise<number> {
  let text: string
  try {
    text = await machine.readText(`${path}/w1_slave`)
  } catch {
    // No w1_slave: the newer file is the only one left, and its error is the one to report.
    text = `YES t=${await machine.readText(`${path}/temperature`)}`
  }
  const milli = /t=(-?\d+)\s*$/.exec(text)?.[1]
  if (milli === undefined) throw new LaresError('bad_value', `${sensor} gave no temperature`)
  if (!text.includes('YES'))
    throw new LaresError('bad_value', `${sensor} failed its checksum`, {
      hint: 'Check the wiring: a long cable wants a smaller pull-up resistor.',
    })
  return Number(milli)
}
