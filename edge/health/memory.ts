import type { Heartbeat } from '../../shared/messages/heartbeat.ts'
import type { Machine } from './machine.ts'

/** MiB, as `free -m` counts. */
export interface MemoryUse {
  totalMb: number | null
  availableMb: number | null
  swapUsedMb: number | null
}

/** Rejects when /proc/meminfo cannot be read; a line that is missing or malformed is `null`. */
export async function readMemoryUse(machine: Machine): Promise<MemoryUse> {
  const lines = new Map<string, number>()
  for (const line of (await machine.readText('/proc/meminfo')).split('\n')) {
    const [, name, kiB] = /^(\w+):\s+(\d+) kB$/.exec(line.trim()) ?? []
    if (name !== undefined) lines.set(name, Number(kiB))
  }
  const mb = (name: string) => {
    const kiB = lines.get(name)
    return kiB === undefined ? null : kiB / 1_024
  }
  const [swapTotal, swapFree] = [mb('SwapTotal'), mb('SwapFree')]
  return {
    totalMb: mb('MemTotal'),
    availableMb: mb('MemAvailable'),
    swapUsedMb: swapTotal === null || swapFree === null ? null : swapTotal - swapFree,
  }
}

/** The heartbeat's `memory`, whole MiB. */
export async function readMemory(machine: Machine): Promise<Heartbeat['memory']> {
  const { totalMb, availableMb, swapUsedMb } = await readMemoryUse(machine)
  return {
    used_mb: totalMb === null || availableMb === null ? null : Math.round(totalMb - availableMb),
    total_mb: totalMb === null ? null : Math.round(totalMb),
    swap_mb: swapUsedMb === null ? null : Math.round(swapUsedMb),
  }
}
