import { variable } from '../../shared/environment.ts'
import type { AsServiceOptions } from './as-service.ts'
import { INSIDE, runAsService } from './as-service.ts'
import { runDoctor } from './doctor.ts'
import type { Finding } from './findings.ts'
import { problemFrom } from './findings.ts'
import type { DoctorOptions } from './options.ts'
import { readServiceUnit } from './service-unit.ts'

/**
 * Looks from where the agent will run: with root's rights as the service, else from here, with what the service will see
 * differently among the findings.
 */
export async function examine(
  options: DoctorOptions,
  { isRoot, asked }: { isRoot: boolean; asked: AsServiceOptions },
): Promise<Finding[]> {
  const { machine, env = {} } = options
  const unit = isRoot && variable(INSIDE, env) === undefined ? await readServiceUnit(machine) : null
  if (unit === null) return await runDoctor(options)
  try {
    return await runAsService(machine, unit, asked)
  } catch (error) {
    return [problemFrom('service', error), ...(await runDoctor(options))]
  }
}
