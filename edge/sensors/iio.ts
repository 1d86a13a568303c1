import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { cleanText } from '../../shared/clean-text.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import { DeviceReader } from '../health/device-reader.ts'
import type { Machine } from '../health/machine.ts'
import { orNull, orSilent, parseNumber } from '../health/unknown.ts'
import { channelOf, readChannel } from './iio-channel.ts'
import type { SensorDescription } from './source.ts'
import { sourceDriver } from './source.ts'

const FOLDER = '/sys/bus/iio/devices'
/** The slowest conversion of a chip with a driver takes a few seconds (SCD30). */
const FILE_MS = 10_000

/** A chip with a kernel driver of the industrial I/O subsystem: BME280, BMP280, SHT3x, DHT22, BH1750, ADS1115, SCD30 … */
export const iioSource = sourceDriver({
  driver: 'iio',
  summary: 'A chip with a kernel driver (Industrial I/O): BME280, SHT3x, DHT22, BH1750, ADS1115 and many more',
  settings: z.strictObject({
    /** The chip's name, or its folder (`iio:device0`) where two are alike. Absent: the only one there is. */
    device: z.string().min(1).max(64).optional(),
  }),
  defaults: {
    intervalS: 60,
    deadband: { temperature: 0.1, humidity: 0.5, pressure: 0.2, illuminance: 5, carbon_dioxide: 10 },
  },
  create(key, { device }, machine) {
    const reader = new DeviceReader(`[sensors.${key}]`, machine, { timeoutMs: FILE_MS })
    let sensors: SensorDescription[] = []
    return {
      name: key,
      get sensors() {
        return sensors
      },
      async read(signal, hand) {
        const { path, name } = await findDevice(machine, device)
        const files = await machine.list(path)
        const channels = files.flatMap((file) => channelOf(file, files) ?? [])
        if (channels.length === 0)
          throw new LaresError('device_missing', `${name} measures nothing that Lares knows`, {
            hint: `Look at the files in ${path}; a command source can read any of them.`,
          })
        const found = channels.map((channel) => ({ ...channel, sensor: `${key}_${channel.suffix}` }))
        const described = found.map(({ sensor, kind, unit, label }) => ({
          key: sensor,
          kind,
          unit,
          name: `${name} ${label}`,
        }))
        // By content: a chip may be replaced by another with as many channels.
        if (!isDeepStrictEqual(described, sensors)) sensors = described

        // One after the other: they share the chip, and some drivers answer EBUSY to the second.
        for (const channel of found) {
          signal.throwIfAborted()
          const number = async (file: string) => parseNumber(await reader.readText(`${path}/${file}`, signal))
          try {
            hand({ sensor: channel.sensor, value: await readChannel(channel, number) })
          } catch (error) {
            // What cannot be read because another channel holds the chip is no fault of this one.
            const own = [channel.file, channel.offset, channel.scale].map((file) => `${path}/${file}`)
            if (reader.stuckAt !== null && !own.includes(reader.stuckAt)) throw error
            hand({ sensor: channel.sensor, error: asError(error) })
          }
        }
      },
    }
  },
})

async function findDevice(machine: Machine, wanted: string | undefined): Promise<{ path: string; name: string }> {
  const folders = ((await orNull(() => machine.list(FOLDER))) ?? []).filter((name) => name.startsWith('iio:device'))
  const silent: Error[] = []
  const nameOf = (folder: string) =>
    orSilent(
      () => machine.readText(`${FOLDER}/${folder}/name`),
      (error) => silent.push(error),
    )
  const devices = await Promise.all(
    folders.map(async (folder) => ({
      folder,
      path: `${FOLDER}/${folder}`,
      name: cleanText((await nameOf(folder)) ?? '') || folder,
    })),
  )
  const matching = devices.filter(({ folder, name }) => wanted === undefined || wanted === folder || wanted === name)
  const [only, ...others] = matching
  const listed = devices.map(({ folder, name }) => `${name} (${folder})`).join(', ') || 'none'
  if (only === undefined && silent[0]) throw silent[0]
  if (only === undefined)
    throw new LaresError('device_missing', `no such IIO device${wanted === undefined ? '' : `: ${wanted}`}`, {
      hint: `Enable it with its dtoverlay in config.txt and check the wiring. There are: ${listed}.`,
    })
  if (others.length > 0)
    throw new LaresError('bad_config', `${matching.length} IIO devices fit, and only one is meant`, {
      hint: `Name one with device = "…". There are: ${listed}.`,
    })
  return only
}
