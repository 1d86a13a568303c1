import { command } from './command.ts'
import { cpuTemperature } from './cpu-temperature.ts'
import { disk } from './disk.ts'
import { iio } from './iio.ts'
import { load } from './load.ts'
import { memory } from './memory.ts'
import { oneWire } from './one-wire.ts'
import { simulated } from './simulated.ts'
import type { RegisteredDriver } from './source.ts'

/**
 * Every chip and source an agent can read.
 *
 * To add one:
 *   1. Write `edge/sensors/<chip>.ts` with one `sourceDriver({ driver, summary, settings, defaults, create })`.
 *      `create` only stores; all work is in `read`, which rejects with a `LaresError` that carries the remedy.
 *      Ask the operating system through `machine` alone, so that the test can hand in a folder.
 *   2. Add a line here, and a case to test/contracts/sensor-source.test.ts, which runs the same suite on all of them.
 *   3. A quantity that is new to the house is also a file in shared/sensors/.
 * Sampling, time limits, back-off, deadband, units, dashboard and Home Assistant follow without an edit.
 */
const DRIVERS: RegisteredDriver[] = [command, cpuTemperature, disk, iio, load, memory, oneWire, simulated]

export const SENSOR_DRIVERS: ReadonlyMap<string, RegisteredDriver> = new Map(
  DRIVERS.map((driver) => [driver.driver, driver]),
)
