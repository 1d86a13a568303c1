import { checkEcho } from './echo-check.ts'
import type { Finding } from './findings.ts'
import { problemFrom } from './findings.ts'
import { checkHub, checkIntroduction } from './hub-check.ts'
import { checkClock, checkDisk, checkGpio, checkPower } from './machine-checks.ts'
import { checkMicrophone } from './microphone-check.ts'
import type { DoctorOptions } from './options.ts'
import { checkOutbox } from './outbox-check.ts'
import { checkOutputs } from './output-check.ts'
import { checkSensors } from './sensor-check.ts'
import { checkService } from './service-check.ts'

/** One thing to look at. It may find several, and none of it changes anything. */
type Check = (options: DoctorOptions) => Promise<Finding[]>

const CHECKS: readonly [string, Check][] = [
  ['configuration', async ({ faults = [] }) => faults.map(({ part, error }) => problemFrom(part, error))],
  ['service', checkService],
  ['clock', checkClock],
  ['power', checkPower],
  ['disk', checkDisk],
  ['outbox', checkOutbox],
  ['sensors', checkSensors],
  ['outputs', checkOutputs],
  ['gpio', checkGpio],
  ['microphone', checkMicrophone],
  ['echo', checkEcho],
  ['hub', checkHub],
  ['introduction', checkIntroduction],
]

/** Looks at everything the agent needs, one after the other. Never rejects: a check that fails is a finding. */
export async function runDoctor(options: DoctorOptions): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const [name, check] of CHECKS) {
    try {
      findings.push(...(await check(options)))
    } catch (error) {
      findings.push(problemFrom(name, error))
    }
  }
  return findings
}
