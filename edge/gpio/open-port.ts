import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Machine } from '../health/machine.ts'
import { openGpiodPort } from './gpiod-port.ts'
import { nonePort } from './none-port.ts'
import type { OnoffModule } from './onoff-port.ts'
import { openOnoffPort } from './onoff-port.ts'
import type { GpioPort } from './port.ts'
import { SimulatedPort } from './simulated-port.ts'

/** The table `[gpio]` of the configuration file. */
export const gpioSettings = z.strictObject({
  backend: z.enum(['auto', 'onoff', 'gpiod', 'simulated', 'none']).default('auto'),
  /** The kernel's number of GPIO0, for onoff, where it cannot be found. */
  base: z.int().min(0).max(100_000).optional(),
  /** The label of the chip, on a board that is no Raspberry Pi. */
  chip: z.string().min(1).max(64).optional(),
})

export type GpioSettings = z.infer<typeof gpioSettings>

export interface GpioDependencies {
  machine: Machine
  clock: Clock
  log: Log
  /** How to get onoff; tests hand in another. */
  loadOnoff?: () => Promise<OnoffModule>
}

/**
 * Opens the pins of this machine. Never rejects: an agent without GPIO still measures and listens, so what cannot be had
 * becomes a port without pins that says why. `auto` tries onoff, then gpiod.
 *
 * To add a backend: a file with a class that implements `GpioPort`, a line here, its name in the heartbeat's `gpio`,
 * and a line in test/contracts/gpio-port.test.ts, which runs the same suite on all of them.
 */
export async function openGpio(settings: GpioSettings, dependencies: GpioDependencies): Promise<GpioPort> {
  const { clock, log, loadOnoff } = dependencies
  const options = { ...dependencies, ...settings, ...(loadOnoff ? { load: loadOnoff } : {}) }
  switch (settings.backend) {
    case 'none':
      return nonePort(null)
    case 'simulated':
      return new SimulatedPort(clock)
    case 'onoff':
      return openOnoffPort(options).catch((error) => nonePort(why('onoff', error), remedyOf(error)))
    case 'gpiod':
      return openGpiodPort(options).catch((error) => nonePort(why('gpiod', error), remedyOf(error)))
    case 'auto':
      break
  }
  const reasons: string[] = []
  const remedies = new Set<string>()
  for (const [name, open] of [
    ['onoff', openOnoffPort],
    ['gpiod', openGpiodPort],
  ] as const) {
    try {
      const port = await open(options)
      log.info({ backend: name, base: port.base, passed_over: reasons }, 'the pins are open')
      return port
    } catch (error) {
      reasons.push(why(name, error))
      remedies.add(remedyOf(error))
    }
  }
  // One of the two is enough.
  return nonePort(reasons.join('; '), [...remedies].join(' Or: '))
}

function why(backend: string, error: unknown): string {
  return `${backend}: ${asError(error).message}`
}

function remedyOf(error: unknown): string {
  return error instanceof LaresError
    ? error.hint
    : 'Remove talk_button, mute_switch, buttons and status_led from [gpio], and relays from [outputs].'
}
