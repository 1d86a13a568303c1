import { LaresError } from '../../shared/errors.ts'
import type { PinPort } from '../gpio/pin-port.ts'
import type { Machine } from '../health/machine.ts'
import type { OutputPlan } from './output-plan.ts'
import { outputLabel } from './output-plan.ts'
import type { DimmerSettings, RelaySettings } from './output-settings.ts'
import { PwmChannel } from './pwm-channel.ts'
import type { PwmPlace } from './pwm-chip.ts'
import { ANOTHER_CHANNEL, findHeaderPwm, PWM_ROOT } from './pwm-chip.ts'

/** What moves one output. Levels are in the unit of its kind. */
export interface OutputDriver {
  /** Resolves when the board has the level. */
  set(level: number): Promise<void>
  /** Lets go of it. Call it in the safe state: what the board does then is not up to us. Safe to call twice. */
  close(): Promise<void>
}

export interface DriverOptions {
  port: PinPort
  machine: Machine
  /** Channels that are taken, by their place, and by which output. */
  channels: Map<string, OutputPlan>
  /** Told when the board lost the level that was set, without our doing. */
  onLost: (fault: Error) => void
}

/** Takes hold of an output, in its safe state from the first moment. Rejects with a `LaresError` that says why it cannot. */
export function openDriver(plan: OutputPlan, options: DriverOptions): Promise<OutputDriver> {
  const { settings } = plan
  return settings.type === 'relay' ? openRelay(plan, settings, options) : openDimmer(plan, settings, options)
}

async function openRelay({ safe }: OutputPlan, { pin, active_low }: RelaySettings, { port, onLost }: DriverOptions) {
  const how = { activeLow: active_low, rest: safe === 1, confirmed: true, onLost }
  const output = await (await port.open()).output(pin, how)
  return { set: (level: number) => output.set(level === 1), close: () => output.close() }
}

/** Low is on for a dimmer that is active low, so the rest of each period is its share: a driver's polarity is not needed. */
async function openDimmer(plan: OutputPlan, settings: DimmerSettings, options: DriverOptions): Promise<OutputDriver> {
  const { port, machine, channels } = options
  if (port.wanted === 'simulated') return { set: async () => {}, close: async () => {} }
  if (port.wanted === 'none') throw noPins(plan)
  const place = await placeOf(settings, machine)
  const name = `${place.chip}/pwm${place.channel}`
  const owner = channels.get(name) ?? plan
  if (owner !== plan)
    throw new LaresError('bad_config', `GPIO${settings.pin} has the PWM channel of ${tableOf(owner)}: ${name}`, {
      hint: `Both would shine alike. ${ANOTHER_CHANNEL}`,
    })
  channels.set(name, plan)
  const share = (level: number) => (settings.active_low ? 1 - level / plan.full : level / plan.full)
  const channel = await PwmChannel.open(machine, place, {
    frequencyHz: settings.frequency_hz,
    share: share(plan.safe),
  })
  // It stays exported: a channel that is given back may stop within a pulse.
  return { set: (level) => channel.set(share(level)), close: async () => {} }
}

const tableOf = ({ table }: OutputPlan) => `[outputs.${outputLabel(table)}]`

function noPins(plan: OutputPlan): LaresError {
  return new LaresError('device_missing', '[gpio] backend is none: no pin is touched', {
    hint: `Set [gpio] backend = "auto", or remove ${tableOf(plan)}.`,
  })
}

async function placeOf({ pin, chip, channel }: DimmerSettings, machine: Machine): Promise<PwmPlace> {
  if (chip !== undefined && channel !== undefined) return { chip: `${PWM_ROOT}/${chip}`, channel }
  return findHeaderPwm(machine, pin)
}
