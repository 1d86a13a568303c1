import { deviceClassBy } from '../../integrations/device-classes.ts'
import { integrationFor, integrationNamed, isFor } from '../../integrations/find-integration.ts'
import type { ImportedRow } from './imported-row.ts'

/** What a row of a list is taken for. */
export interface MappedKind {
  /** `unknown` where nobody knows its brand. */
  integration: string
  /** `unknown` where nobody knows its type. */
  deviceClass: string
  /** How sure both are, 0 to 1. */
  sure: number
  /** `null`: not known. */
  connection: string | null
  requiresHub: boolean
  authMethod: string | null
}

/** Stands for what is not known: the text of the row stays all the same. */
export const UNKNOWN = 'unknown'

/** Both were said; both are known and fit each other; both are known; one is; none. */
const SURE = { said: 1, fitting: 0.9, both: 0.6, one: 0.5, none: 0.1 } as const

/** Which integration and class of Home Assistant a row means, by its type, brand and model. What the row says itself goes before. */
export function mapKind(
  row: Pick<ImportedRow, 'type' | 'brand' | 'model' | 'integration' | 'device_class'>,
): MappedKind {
  const { type = '', brand = '', model = '' } = row
  const byType = row.device_class ?? deviceClassBy(type)
  const named = row.integration ?? (type === '' ? undefined : integrationNamed(type)?.integration_name)
  const found = named === undefined ? integrationFor([brand, type, model], byType) : (integrationNamed(named) ?? null)
  // One that has devices of one class alone says by its name what they are.
  const only = found?.device_classes.length === 1 ? found.device_classes[0] : undefined
  const deviceClass = byType ?? only ?? deviceClassBy(model)
  const integration = named ?? found?.integration_name ?? null
  return {
    integration: integration ?? UNKNOWN,
    deviceClass: deviceClass ?? UNKNOWN,
    sure: howSure(row, { integration, deviceClass, fits: found !== null && isFor(found, deviceClass) }),
    connection: found?.connection_method ?? null,
    requiresHub: found?.requires_hub ?? false,
    authMethod: found?.auth_methods[0] ?? null,
  }
}

function howSure(
  row: Pick<ImportedRow, 'integration' | 'device_class'>,
  known: { integration: string | null; deviceClass: string | null; fits: boolean },
): number {
  if (row.integration !== undefined && row.device_class !== undefined) return SURE.said
  if (known.integration === null && known.deviceClass === null) return SURE.none
  if (known.integration === null || known.deviceClass === null) return SURE.one
  return known.fits ? SURE.fitting : SURE.both
}
