import type { Machine } from './machine.ts'
import { parseNumber } from './unknown.ts'

/** Load averages over 1, 5 and 15 minutes, each `null` when the line is cut short. Rejects when there is no file. */
export async function readLoad(machine: Machine): Promise<[number | null, number | null, number | null]> {
  const [one, five, fifteen] = (await machine.readText('/proc/loadavg')).trim().split(/\s+/)
  return [parseNumber(one), parseNumber(five), parseNumber(fifteen)]
}
