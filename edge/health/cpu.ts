import type { Heartbeat } from '../../shared/messages/heartbeat.ts'
import { readCpuTemperature } from './cpu-temperature.ts'
import { readLoad } from './load.ts'
import type { Machine } from './machine.ts'
import { orNull, parseNumber, rounded } from './unknown.ts'

interface Ticks {
  total: number
  idle: number
}

/**
 * Reads the heartbeat's `cpu`. Percent is the busy share of all cores between two calls, so the first call knows none.
 */
export function cpuReader(machine: Machine): () => Promise<Heartbeat['cpu']> {
  let before: Ticks | null = null
  return async () => {
    const ticks = await orNull(() => readTicks(machine))
    const percent = before && ticks ? busyPercent(before, ticks) : null
    before = ticks
    // At once: one that does not answer takes the time of all.
    const [load, temperature_c, frequency_mhz] = await Promise.all([
      orNull(() => readLoad(machine)),
      orNull(() => readCpuTemperature(machine)),
      orNull(() => readFrequency(machine)),
    ])
    return { percent, load1: load?.[0] ?? null, temperature_c, frequency_mhz }
  }
}

/** The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal (guest is part of user). */
async function readTicks(machine: Machine): Promise<Ticks | null> {
  const line = (await machine.readText('/proc/stat')).split('\n').find((text) => text.startsWith('cpu '))
  const fields = line?.trim().split(/\s+/).slice(1, 9).map(Number) ?? []
  if (fields.length < 4 || fields.some((field) => !Number.isFinite(field))) return null
  return { total: fields.reduce((sum, field) => sum + field, 0), idle: (fields[3] ?? 0) + (fields[4] ?? 0) }
}

function busyPercent(before: Ticks, now: Ticks): number | null {
  const total = now.total - before.total
  // iowait may run backwards on some kernels; a share outside 0 to 100 is no share.
  if (total <= 0) return null
  return rounded(Math.min(100, Math.max(0, 100 * (1 - (now.idle - before.idle) / total))), 1)
}

async function readFrequency(machine: Machine): Promise<number | null> {
  const kiloHertz = parseNumber(await machine.readText('/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq'))
  return kiloHertz === null ? null : Math.round(kiloHertz / 1_000)
}
