import type { Heartbeat } from '../../shared/messages/heartbeat.ts'
import type { Machine } from './machine.ts'
import { orNull } from './unknown.ts'

type Throttled = Heartbeat['throttled']

export const UNKNOWN_THROTTLED: Throttled = {
  raw: null,
  under_voltage: null,
  frequency_capped: null,
  throttled: null,
  soft_temperature: null,
  under_voltage_occurred: null,
  frequency_capped_occurred: null,
  throttled_occurred: null,
  soft_temperature_occurred: null,
}

/**
 * Whether power or heat slow the machine down: the firmware's own word where `vcgencmd` is installed, else the kernel's
 * under-voltage alarm, else unknown. Bits 0 to 3 are now, 16 to 19 since boot (Raspberry Pi documentation, vcgencmd).
 */
export async function readThrottled(machine: Machine): Promise<Throttled> {
  const printed = await orNull(() => machine.run(['vcgencmd', 'get_throttled'], { timeoutMs: 3_000 }))
  const raw = /^throttled=(0x[0-9a-f]{1,8})\s*$/i.exec(printed ?? '')?.[1]
  if (raw === undefined) return { ...UNKNOWN_THROTTLED, under_voltage: await orNull(() => readVoltageAlarm(machine)) }
  const bits = Number(raw)
  const bit = (number: number) => (bits & (1 << number)) !== 0
  return {
    raw,
    under_voltage: bit(0),
    frequency_capped: bit(1),
    throttled: bit(2),
    soft_temperature: bit(3),
    under_voltage_occurred: bit(16),
    frequency_capped_occurred: bit(17),
    throttled_occurred: bit(18),
    soft_temperature_occurred: bit(19),
  }
}

/** The alarm of the kernel's `rpi_volt` sensor, which asks the firmware every two seconds. */
async function readVoltageAlarm(machine: Machine): Promise<boolean | null> {
  const folder = '/sys/class/hwmon'
  const names = await machine.list(folder)
  // At once: one that does not answer takes the time of all.
  const chips = await Promise.all(names.map((name) => orNull(() => machine.readText(`${folder}/${name}/name`))))
  const own = names.find((_, index) => chips[index]?.trim() === 'rpi_volt')
  if (own === undefined) return null
  const alarm = (await machine.readText(`${folder}/${own}/in0_lcrit_alarm`)).trim()
  return alarm === '1' ? true : alarm === '0' ? false : null
}
