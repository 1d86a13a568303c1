import type { Filled } from './driver.ts'
import { MESSAGE_MS, SENSORS_OF_A_DEVICE } from './house-messages.ts'
import type { Purged } from './house-purge.ts'
import { median } from './median.ts'
import type { Answers } from './questions.ts'
import type { HouseSize } from './side.ts'

/** What is said of a layout in the end, in this order; `null` where it could not be measured. */
export const FIGURES = [
  'device_kb_per_lone_message',
  'flushes_per_lone_message',
  'frames_per_lone_message',
  'mb_per_day_10_devices',
  'bytes_per_reading',
  'chart_24h_ms',
  'chart_1y_ms',
  'latest_ms',
  'purge_day_mb',
  'sync_us_per_row',
] as const
export type Figures = Record<(typeof FIGURES)[number], number | null>

const DAY_MS = 86_400_000
const HOURS_OF_A_DAY = 24

export interface Measured {
  filled: Filled
  answers: Answers
  purged: Purged
}

export function figuresOf({ filled, answers, purged }: Measured, { devices, hours }: HouseSize): Figures {
  const { lone, day, bytesPerReading } = filled
  const rowsOfADay = devices * SENSORS_OF_A_DEVICE.length * (DAY_MS / MESSAGE_MS)
  const middle = (name: keyof Answers) => median(answers[name])
  return {
    device_kb_per_lone_message: lone.deviceKb,
    flushes_per_lone_message: lone.flushes,
    frames_per_lone_message: lone.frames,
    mb_per_day_10_devices: (day.written / 1e6 / hours) * HOURS_OF_A_DAY,
    bytes_per_reading: bytesPerReading,
    chart_24h_ms: middle('chart24hMs'),
    chart_1y_ms: middle('chart1yMs'),
    latest_ms: middle('latestMs'),
    purge_day_mb: purged.rows === 0 ? null : (purged.bytes / 1e6 / purged.rows) * rowsOfADay,
    sync_us_per_row: middle('syncUs'),
  }
}

/** No figure of a layout that is not measured. */
export function noFigures(): Figures {
  return Object.fromEntries(FIGURES.map((name) => [name, null])) as Figures
}
