import { commandSource } from './command.ts'
import { cpuTemperatureSource } from './cpu-temperature.ts'
import { diskSource } from './disk.ts'
import { iioSource } from './iio.ts'
import { loadSource } from './load.ts'
import { memorySource } from './memory.ts'
import { oneWireSource } from './one-wire.ts'
import { simulatedSource } from './simulated.ts'
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
const DRIVERS: RegisteredDriver[] = [
  commandSource,
  cpuTemperatureSource,
  diskSource,
  iioSource,
  loadSource,
  memorySource,
  oneWireSource,
  simulatedSource,
]

export const SENSOR_DRIVERS: ReadonlyMap<string, RegisteredDriver> = new Map(
  DRIVERS.map((driver) => [driver.driver, driver]),
)
