import type { LaresError } from '../../shared/errors.ts'

/** Something in the configuration that is wrong and was left out; everything else holds. */
export interface ConfigFault {
  /** As a person knows it: `sensor cellar`, `output pump`, `gpio`, `environment`. */
  part: string
  error: LaresError
}

/** Whether a fault may have cost sensors or outputs: what a device introduces is then not all it has. */
export function concernsSensors({ part }: ConfigFault): boolean {
  return part.startsWith('sensor') || part.startsWith('output') || part === 'configuration'
}
