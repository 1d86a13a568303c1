import { heartbeat } from '../../../../shared/messages/heartbeat.ts'

/** A message as a device publishes it: the last level of its topic, and its text. */
export interface DeviceMessage {
  device: string
  topic: 'readings' | 'heartbeat'
  payload: string
}

/** In each message, of kinds whose values below are possible. */
export const SENSORS_OF_A_DEVICE = ['temperature', 'humidity', 'cpu_temperature', 'battery'] as const
export const MESSAGE_MS = 10_000
export const EPOCH = '01jd0c5v8y4k2m9t'
const BOOT = '5c1c3c3e-7b0a-4d8e-9a55-0d7f0f6a1b2c'
const DAY_MS = 86_400_000
/** Its monotonic clock began with its boot. */
const UP_MS = 3_600_000

/** What the agents of one house say, each with its own sequence. */
export class HouseMessages {
  #seqs = new Map<string, number>()

  /** One value of each sensor. `sent`: whether the message says when it was sent, as one does that comes at once. */
  readings(device: string, at: number, { sent }: { sent: boolean }): DeviceMessage {
    const mono = at % DAY_MS
    const items = SENSORS_OF_A_DEVICE.map((sensor, n) => ({
      sensor,
      value: valueAt(sensor, at + n),
      at,
      ...(sent && { mono: UP_MS + mono }),
    }))
    return this.#message(device, items, sent ? { at, mono: UP_MS + mono + 20 } : undefined)
  }

  /** What a device gathered at several times and sends together. */
  gathered(device: string, times: readonly number[]): DeviceMessage {
    const items = times.flatMap((at) =>
      SENSORS_OF_A_DEVICE.map((sensor, n) => ({ sensor, value: valueAt(sensor, at + n), at })),
    )
    return this.#message(device, items, undefined)
  }

  /** The first of a device, which says what its sensors measure, as a birth would. */
  introduction(device: string, at: number): DeviceMessage {
    const items = SENSORS_OF_A_DEVICE.map((sensor) => ({ sensor, kind: kindOf(sensor), value: 20, at }))
    return this.#message(device, items, undefined)
  }

  /** As an agent sends it, with numbers that are never the same. */
  heartbeat(device: string, at: number): DeviceMessage {
    const { sample } = heartbeat
    const percent = Math.round(wave(at, 700) * 400) / 10
    const text = {
      ...sample,
      sent: { at, mono: UP_MS + (at % DAY_MS) },
      uptime_s: Math.floor((UP_MS + (at % DAY_MS)) / 1_000),
      cpu: { ...sample.cpu, percent, temperature_c: 45 + percent / 4 },
    }
    return { device, topic: 'heartbeat', payload: JSON.stringify(text) }
  }

  #message(device: string, items: object[], sent: object | undefined): DeviceMessage {
    const seq = (this.#seqs.get(device) ?? 0) + 1
    this.#seqs.set(device, seq)
    const payload = JSON.stringify({ epoch: EPOCH, lane: 'live', seq, boot: BOOT, ...(sent && { sent }), items })
    return { device, topic: 'readings', payload }
  }
}

function kindOf(sensor: string): string {
  return sensor === 'cpu_temperature' ? 'temperature' : sensor
}

/** As sensors do: around a day's curve, with two decimals, seldom twice the same. */
function valueAt(sensor: string, at: number): number {
  const span = sensor === 'humidity' || sensor === 'battery' ? 40 : 12
  return Math.round((15 + span * wave(at, DAY_MS) + wave(at, 977_000) + wave(at, 31_337)) * 100) / 100
}

/** From 0 to 1. */
function wave(at: number, periodMs: number): number {
  return (Math.sin((at / periodMs) * 2 * Math.PI) + 1) / 2
}
