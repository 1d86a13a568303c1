import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { bootId, maybeFlag, maybeNumber, sentAt, text, words } from './fields.ts'
import { message } from './message.ts'

/**
 * How the device is, every 30 s and at once when a health flag flips. Every field that cannot be known on
 * this machine is `null`, never `false` or `0`. It updates the device; history comes from sensors.
 */
export const heartbeat = message({
  name: 'heartbeat',
  summary: 'How the device is, every 30 s and when a health flag flips',
  schema: z.object({
    sent: sentAt,
    boot: bootId,
    agent: text(50),
    uptime_s: maybeNumber,
    cpu: z.object({ percent: maybeNumber, load1: maybeNumber, temperature_c: maybeNumber, frequency_mhz: maybeNumber }),
    throttled: z.object({
      /** The bits of `vcgencmd get_throttled`, as it prints them. */
      raw: text(20).nullable(),
      under_voltage: maybeFlag,
      frequency_capped: maybeFlag,
      throttled: maybeFlag,
      soft_temperature: maybeFlag,
      under_voltage_occurred: maybeFlag,
      frequency_capped_occurred: maybeFlag,
      throttled_occurred: maybeFlag,
      soft_temperature_occurred: maybeFlag,
    }),
    memory: z.object({ used_mb: maybeNumber, total_mb: maybeNumber, swap_mb: maybeNumber }),
    disk: z.object({
      free_mb: maybeNumber,
      used_percent: maybeNumber,
      inode_percent: maybeNumber,
      read_only: maybeFlag,
      written_mb: maybeNumber,
    }),
    network: z.object({
      interface: text(20).nullable(),
      rssi_dbm: maybeNumber,
      link_mbps: maybeNumber,
      address: text(64).nullable(),
    }),
    clock: z.object({ synced: maybeFlag, source: text(20).nullable() }),
    outbox: z.object({
      rows: z.int(),
      bytes: z.int(),
      oldest_s: maybeNumber,
      /** Rows given up for lack of room since the file was made. */
      dropped: z.int(),
      /** Rows set aside because the connection died with them three times. */
      parked: z.int(),
      full: z.boolean(),
    }),
    process: z.object({ rss_mb: z.number(), loop_lag_p99_ms: maybeNumber, restarts: z.int().nullable() }),
    audio: z.object({
      device: words(100).nullable(),
      state: z.enum(['none', 'starting', 'ok', 'muted', 'unavailable']),
      overruns: z.int(),
      bytes_per_s: maybeNumber,
      reason: words(200).nullable(),
    }),
    gpio: z.object({
      backend: z.enum(['onoff', 'gpiod', 'simulated', 'none']),
      base: z.int().nullable(),
      reason: words(200).nullable(),
    }),
  }),
  sample: {
    sent: { at: 1_795_000_000_000, mono: 123_456.5 },
    boot: '5c1c3c3e-7b0a-4d8e-9a55-0d7f0f6a1b2c',
    agent: '0.1.0',
    uptime_s: 86_400,
    cpu: { percent: 12.5, load1: 0.41, temperature_c: 51.2, frequency_mhz: 1500 },
    throttled: {
      raw: '0x50000',
      under_voltage: false,
      frequency_capped: false,
      throttled: false,
      soft_temperature: false,
      under_voltage_occurred: true,
      frequency_capped_occurred: false,
      throttled_occurred: true,
      soft_temperature_occurred: false,
    },
    memory: { used_mb: 412, total_mb: 1849, swap_mb: 0 },
    disk: { free_mb: 21_504, used_percent: 27.4, inode_percent: 8, read_only: false, written_mb: 143 },
    network: { interface: 'wlan0', rssi_dbm: -58, link_mbps: null, address: '192.168.1.23' },
    clock: { synced: true, source: 'ntp' },
    outbox: { rows: 3, bytes: 612, oldest_s: 0.4, dropped: 0, parked: 0, full: false },
    process: { rss_mb: 88.1, loop_lag_p99_ms: 2.1, restarts: 0 },
    audio: { device: 'plughw:CARD=seeed2micvoicec,DEV=0', state: 'ok', overruns: 0, bytes_per_s: 32_000, reason: null },
    gpio: { backend: 'onoff', base: 512, reason: null },
  },
  maxBytes: MESSAGE_BYTES.json,
})

export type Heartbeat = z.infer<typeof heartbeat.schema>
