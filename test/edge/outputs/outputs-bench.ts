import { configureOutputs } from '../../../edge/config/configure-outputs.ts'
import { configSchema } from '../../../edge/config/schema.ts'
import type { GpioDependencies, GpioSettings } from '../../../edge/gpio/open-port.ts'
import { PinPort } from '../../../edge/gpio/pin-port.ts'
import type { SimulatedPort } from '../../../edge/gpio/simulated-port.ts'
import type { Machine } from '../../../edge/health/machine.ts'
import { systemMachine } from '../../../edge/health/machine.ts'
import type { EventBody } from '../../../edge/outbox/bodies.ts'
import type { ReadingItem } from '../../../edge/outbox/split-readings.ts'
import type { SwitchOrder } from '../../../edge/outputs/safe-output.ts'
import { Outputs } from '../../../edge/parts/outputs.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'

export interface BenchOptions {
  tables: Record<string, Record<string, unknown>>
  backend?: GpioSettings['backend']
  clock?: ManualClock
  machine?: Machine
  loadOnoff?: GpioDependencies['loadOnoff']
}

/** The outputs of an agent, the pins they drive, and what was told of them. */
export function outputsBench({ tables, backend = 'simulated', loadOnoff, ...given }: BenchOptions) {
  const clock = given.clock ?? new ManualClock()
  const machine = given.machine ?? systemMachine({ clock })
  const config = configSchema.parse({ gpio: { backend }, outputs: tables })
  const { plans, faults: wrong } = configureOutputs(config, null)
  if (wrong[0]) throw wrong[0].error
  const port = new PinPort({
    settings: config.gpio,
    machine,
    clock,
    log: silentLog,
    ...(loadOnoff ? { loadOnoff } : {}),
  })
  const readings: ReadingItem[] = []
  const events: EventBody[] = []
  let faults = 0
  const log = {
    ...silentLog,
    debug() {
      faults += 1
    },
  }
  const outputs = new Outputs({ plans, port, machine, clock, log, onChange() {}, random: () => 0.5 })
  outputs.tellBy({
    readings(items) {
      readings.push(...items)
      return 'stored'
    },
    event(event) {
      events.push(event)
      return 'stored'
    },
  })
  const order = (level: SwitchOrder['level'], more: Partial<SwitchOrder> = {}): SwitchOrder => ({
    ...{ level, forMs: null, deadline: clock.mono() + 10_000 },
    ...more,
  })
  return {
    outputs,
    clock,
    port,
    events,
    switch: (key: string, level: SwitchOrder['level'], more?: Partial<SwitchOrder>) =>
      outputs.switch(key, order(level, more)),
    /** The voltage on a simulated pin, high or low. */
    volts: (pin: number) => ((port.current as SimulatedPort).level(pin) ? 'high' : 'low'),
    told: () => readings.map(({ sensor, value }) => `${sensor}=${value}`),
    /** How often an output could not be driven. */
    faults: () => faults,
    state: (key: string) => outputs.words().find((word) => word.key === key)?.state,
  }
}
