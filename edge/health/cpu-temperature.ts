import type { Machine } from './machine.ts'
import { doesNotAnswer, orNull, orSilent, parseNumber } from './unknown.ts'

/**
 * Names of the CPU's thermal zone, best first: Raspberry Pi (`cpu-thermal`, `cpu_thermal` before kernel 5.4),
 * other boards' systems on a chip, then PCs. `acpitz` is the mainboard and comes last.
 */
const ZONE_TYPES = [/^cpu[-_]?thermal/, /^soc[-_]?thermal/, /^x86_pkg_temp$/, /cpu/, /^(coretemp|k10temp)$/, /^acpitz$/]

/**
 * Degrees Celsius of the CPU, or `null` on a machine without such a zone (virtual machines). May be negative.
 * Rejects with `device_busy` when the only zones there are do not answer.
 */
export async function readCpuTemperature(machine: Machine): Promise<number | null> {
  const folder = '/sys/class/thermal'
  const names = (await orNull(() => machine.list(folder))) ?? []
  let silent: Error | null = null
  const read = (path: string) =>
    orSilent(
      () => machine.readText(path),
      (error) => {
        silent = error
      },
    )
  const zones = await Promise.all(
    names
      .filter((name) => name.startsWith('thermal_zone'))
      .map(async (name) => ({
        path: `${folder}/${name}/temp`,
        type: ((await read(`${folder}/${name}/type`)) ?? '').trim().toLowerCase(),
      })),
  )
  for (const wanted of ZONE_TYPES) {
    for (const zone of zones.filter(({ type }) => wanted.test(type))) {
      const milli = parseNumber((await read(zone.path)) ?? undefined)
      if (milli !== null) return milli / 1_000
    }
  }
  if (silent !== null) throw silent
  return null
}

/** Whether the machine has a thermometer of its CPU. One that does not answer is there, which its own sensor will say. */
export async function hasCpuThermometer(machine: Machine): Promise<boolean> {
  try {
    return (await readCpuTemperature(machine)) !== null
  } catch (error) {
    if (doesNotAnswer(error)) return true
    throw error
  }
}
