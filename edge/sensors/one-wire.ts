import { z } from 'zod'
import { asError, LaresError } from '../../shared/errors.ts'
import { DeviceReader } from '../health/device-reader.ts'
import type { Machine } from '../health/machine.ts'
import { looksLikePowerOn, type ProbeReading, parseSlave, parseTemperature } from './one-wire-probe.ts'
import type { SensorDescription } from './source.ts'
import { sourceDriver } from './source.ts'

const FOLDER = '/sys/bus/w1/devices'
/** DS18S20, DS1822, DS18B20, DS1825 and DS28EA00: the families of the kernel's w1_therm. */
const PROBE = /^(10|22|28|3b|42)-([0-9a-f]{12})$/
/** A conversion takes 750 ms, and the kernel tries three times. */
const PROBE_MS = 10_000

/** Every thermometer on the 1-Wire bus. The bus is searched again at each read, so a probe may come and go. */
export const oneWireSource = sourceDriver({
  driver: 'one-wire',
  summary: 'Thermometers on the 1-Wire bus: DS18B20 and relatives (dtoverlay=w1-gpio)',
  settings: z.strictObject({}),
  defaults: { intervalS: 60, deadband: { temperature: 0.1 } },
  create(key, _settings, machine) {
    const reader = new DeviceReader('the 1-Wire bus', machine, { timeoutMs: PROBE_MS })
    let sensors: SensorDescription[] = []
    /** Probes that were late the last time are asked last: what they hold up is nobody else's turn. */
    let late = new Set<string>()
    return {
      name: key,
      get sensors() {
        return sensors
      },
      async read(signal, hand) {
        const probes = await findProbes(machine)
        // A probe that lost contact for a moment stays known: its readings stop, its place in the house does not.
        const known = new Map(sensors.map((sensor) => [sensor.key, sensor]))
        for (const { sensor, serial } of probes)
          known.set(sensor, { key: sensor, kind: 'temperature', unit: '°C', name: `Temperature ${serial}` })
        if (known.size > sensors.length) sensors = [...known.values()]
        for (const sensor of known.keys())
          if (!probes.some((probe) => probe.sensor === sensor))
            hand({ sensor, error: new LaresError('device_missing', `the probe ${sensor} left the bus`) })

        const before = late
        late = new Set()
        // One after the other: the bus carries one conversation at a time, 750 ms each.
        for (const probe of probes.toSorted((a, b) => Number(before.has(a.sensor)) - Number(before.has(b.sensor)))) {
          signal.throwIfAborted()
          try {
            hand({ sensor: probe.sensor, value: (await readProbe(reader, probe, signal)) / 1_000 })
          } catch (error) {
            // What cannot be read because another probe holds the bus is no fault of this one.
            if (reader.stuckAt !== null && !reader.stuckAt.startsWith(probe.path)) throw error
            if (error instanceof LaresError && error.code === 'device_busy') late.add(probe.sensor)
            hand({ sensor: probe.sensor, error: asError(error) })
          }
        }
      },
    }
  },
})

interface Probe {
  sensor: string
  family: string
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
    return [{ sensor, family, serial, path: `${FOLDER}/${name}` }]
  })
  if (probes.length === 0) throw new LaresError('device_missing', 'no thermometer on the 1-Wire bus', { hint })
  return probes
}

/** Thousandths of a degree. What looks like a probe that measured nothing is believed only when a second conversion says else. */
async function readProbe(reader: DeviceReader, probe: Probe, signal: AbortSignal): Promise<number> {
  const first = await convert(reader, probe, signal)
  if (!looksLikePowerOn(first)) return first.milliDegrees
  const second = await convert(reader, probe, signal)
  if (!looksLikePowerOn(second)) return second.milliDegrees
  throw new LaresError('bad_value', `${probe.sensor} shows its power-on value of 85 °C`, {
    hint: 'The probe lost its power while it measured: check the wiring and the length of the cable.',
  })
}

/** Reading the file makes the probe measure. */
async function convert(reader: DeviceReader, probe: Probe, signal: AbortSignal): Promise<ProbeReading> {
  let text: string
  try {
    text = await reader.readText(`${probe.path}/w1_slave`, signal)
  } catch (error) {
    if (!isMissing(error)) throw error
    // Kernels from 5.10 may offer only `temperature`, and then its error is the one to report.
    return parseTemperature(await reader.readText(`${probe.path}/temperature`, signal), probe)
  }
  return parseSlave(text, probe)
}

function isMissing(error: unknown): boolean {
  return (asError(error) as NodeJS.ErrnoException).code === 'ENOENT'
}
