import type { LaresError } from '../../shared/errors.ts'

/** Something in the configuration that is wrong and was left out; everything else holds. */
export interface ConfigFault {
  /** As a person knows it: `sensor cellar`, `gpio`, `environment`. */
  part: string
  error: LaresError
}

/** Whether a fault may have cost sensors: what a device measures is then not all known. */
export function concernsSensors({ part }: ConfigFault): boolean {
  return part.startsWith('sensor') || part === 'configuration'
}
