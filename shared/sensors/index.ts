import { battery } from './battery.ts'
import { carbonDioxide } from './carbon-dioxide.ts'
import { count } from './count.ts'
import { current } from './current.ts'
import { dataSize } from './data-size.ts'
import { dimmerState } from './dimmer.ts'
import { distance } from './distance.ts'
import { duration } from './duration.ts'
import { energy } from './energy.ts'
import { frequency } from './frequency.ts'
import { humidity } from './humidity.ts'
import { illuminance } from './illuminance.ts'
import type { SensorKind } from './kind.ts'
import { load } from './load.ts'
import { motion } from './motion.ts'
import { opening } from './opening.ts'
import { percentage } from './percentage.ts'
import { plainNumber } from './plain-number.ts'
import { power } from './power.ts'
import { pressure } from './pressure.ts'
import { problem } from './problem.ts'
import { signalStrength } from './signal-strength.ts'
import { switchState } from './switch.ts'
import { temperature } from './temperature.ts'
import { voltage } from './voltage.ts'

/** Every kind of sensor. A file of this folder that is missing here fails the architecture tests. */
const KINDS: SensorKind[] = [
  battery,
  carbonDioxide,
  count,
  current,
  dataSize,
  dimmerState,
  distance,
  duration,
  energy,
  frequency,
  humidity,
  illuminance,
  load,
  motion,
  opening,
  percentage,
  plainNumber,
  power,
  pressure,
  problem,
  signalStrength,
  switchState,
  temperature,
  voltage,
]

export const SENSOR_KINDS: ReadonlyMap<string, SensorKind> = new Map(KINDS.map((kind) => [kind.kind, kind]))
