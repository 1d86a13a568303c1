import type { Machine } from './machine.ts'
import { orNull, parseNumber } from './unknown.ts'

/**
 * Names of the CPU's thermal zone, best first: Raspberry Pi (`cpu-thermal`, `cpu_thermal` before kernel 5.4),
 * other boards' systems on a chip, then PCs. `acpitz` is the mainboard and comes last.
 */
const ZONE_TYPES = [/^cpu[-_]?thermal/, /^soc[-_]?thermal/, /^x86_pkg_temp$/, /cpu/, /^(coretemp|k10temp)$/, /^acpitz$/]

/** Degrees Celsius of the CPU, or `null` on a machine without such a zone (virtual machines). May be negative. */
export async function readCpuTemperature(machine: Machine): Promise<number | null> {
  const folder = '/sys/class/thermal'
  const names = (await orNull(() => machine.list(folder))) ?? []
  const zones = await Promise.all(
    names
      .filter((name) => name.startsWith('thermal_zone'))
      .map(async (name) => ({
        path: `${folder}/${name}/temp`,
        type: ((await orNull(() => machine.readText(`${folder}/${name}/type`))) ?? '').trim().toLowerCase(),
      })),
  )
  for (const wanted of ZONE_TYPES) {
    for (const zone of zones.filter(({ type }) => wanted.test(type))) {
      const milli = await orNull(async () => parseNumber(await machine.readText(zone.path)))
      if (milli !== null) return milli / 1_000
    }
  }
  return null
}

/** One that says nothing for so long is there and hangs, which its own sensor will say. */
const THERE_MS = 2_000

/** Whether the machine has a thermometer of its CPU. It is asked once, and nobody waits for one that hangs. */
export async function hasCpuThermometer(machine: Machine): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const cancel = machine.clock.after(THERE_MS, () => late.resolve(true))
  try {
    return await Promise.race([readCpuTemperature(machine).then((value) => value !== null), late.promise])
  } finally {
    cancel()
  }
}
