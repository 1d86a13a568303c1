import { LaresError } from '../../shared/errors.ts'
import type { Machine } from '../health/machine.ts'
import { orSilent } from '../health/unknown.ts'

export const PWM_ROOT = '/sys/class/pwm'

/**
 * The PWM units whose channels reach the header, by the end of their name in the device tree, and the channel of each pin:
 * BCM2835 to BCM2711 (Pi 1 to 4, datasheet of the overlays `pwm` and `pwm-2chan`) and RP1 (Pi 5). The kernel numbers its
 * chips as they appear, so `pwmchip0` is the fan of one Pi and the header of another.
 */
const HEADER_UNITS: ReadonlyMap<string, ReadonlyMap<number, number>> = new Map([
  ['pwm@7e20c000', new Map([[12, 0], [13, 1], [18, 0], [19, 1]])], // biome-ignore format: table
  ['pwm@98000', new Map([[12, 0], [13, 1], [18, 2], [19, 3]])], // biome-ignore format: table
])

export const HEADER_PWM_PINS = [12, 13, 18, 19] as const

export function hasHeaderPwm(pin: number): boolean {
  return HEADER_PWM_PINS.some((one) => one === pin)
}

/** What to do about a channel that cannot be had. Another pin alone is not enough: it may have the same one. */
export const ANOTHER_CHANNEL =
  'Use another channel: that of another pin, in the table and in its dtoverlay, or another number where the table has ' +
  'channel. Up to the Pi 4 GPIO12 and GPIO18 share one, and so do GPIO13 and GPIO19.'

/** Where the pulses of a pin are set. */
export interface PwmPlace {
  /** Folder of the chip. */
  chip: string
  channel: number
}

/**
 * The channel of a pin of the header. Rejects with `device_missing` when the kernel has no PWM for it, and with
 * `device_busy` when its chips do not answer.
 */
export async function findHeaderPwm(machine: Machine, pin: number): Promise<PwmPlace> {
  const silent: Error[] = []
  const names =
    (await orSilent(
      () => machine.list(PWM_ROOT),
      (error) => silent.push(error),
    )) ?? []
  for (const name of names.filter((one) => /^pwmchip\d+$/.test(one))) {
    const chip = `${PWM_ROOT}/${name}`
    const uevent = await orSilent(
      () => machine.readText(`${chip}/device/uevent`),
      (error) => silent.push(error),
    )
    const unit = /^OF_FULLNAME=.*\/([^/\s]+)$/m.exec(uevent ?? '')?.[1]
    const channel = HEADER_UNITS.get(unit ?? '')?.get(pin)
    if (channel !== undefined) return { chip, channel }
  }
  if (silent[0]) throw silent[0]
  throw new LaresError('device_missing', `the kernel has no PWM for GPIO${pin} in ${PWM_ROOT}`, {
    hint: `Put dtoverlay=pwm,pin=${pin},func=${pin < 18 ? 4 : 2} into config.txt and restart the Pi; for two dimmers see docs/operations.md, "Dimmers".`,
  })
}
