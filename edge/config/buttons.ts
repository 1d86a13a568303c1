import type { ButtonSettings } from '../gpio/button.ts'
import type { EdgeConfig } from './schema.ts'

/** Every button by its name: `talk` and `mute`, which this device knows itself, and those that are only told to the house. */
export function buttonsIn({ talk_button, mute_switch, buttons }: EdgeConfig['gpio']): [string, ButtonSettings][] {
  const own = { talk: talk_button, mute: mute_switch }
  return Object.entries({ ...own, ...buttons }).flatMap(([name, settings]) => (settings ? [[name, settings]] : []))
}

/** Whether anything of [gpio] needs a pin. */
export function needsPins(gpio: EdgeConfig['gpio']): boolean {
  return gpio.status_led !== undefined || buttonsIn(gpio).length > 0
}
