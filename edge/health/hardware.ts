import { cleanText } from '../../shared/clean-text.ts'
import { cutText } from '../../shared/cut-text.ts'
import type { Machine } from './machine.ts'
import { orNull, parseNumber } from './unknown.ts'

/** "Raspberry Pi 4 Model B Rev 1.4", a PC's product name, or `null`. The device tree ends its texts with NUL. */
export async function readHardwareModel(machine: Machine): Promise<string | null> {
  for (const path of ['/proc/device-tree/model', '/sys/devices/virtual/dmi/id/product_name']) {
    const text = await orNull(() => machine.readText(path))
    const model = cutText(cleanText(text ?? ''), 255)
    if (model) return model
  }
  return null
}

/** The kernel's id of this boot, or `null` where the file is missing. */
export async function readBootId(machine: Machine): Promise<string | null> {
  const text = (await orNull(() => machine.readText('/proc/sys/kernel/random/boot_id')))?.trim()
  return text ? cutText(text, 64) : null
}

/** Seconds since boot. */
export async function readUptime(machine: Machine): Promise<number | null> {
  const text = await orNull(() => machine.readText('/proc/uptime'))
  return parseNumber(text?.split(' ')[0])
}
