import type { PrepareContext } from '../../engine/admin-command.ts'
import type { RowChanges } from '../../query/row-changes.ts'
import { DEVICE_TYPES } from '../devices/device-types.ts'
import { hashOf } from './canonical-hash.ts'
import { type ImportedRow, type ReadRow, readRow } from './imported-row.ts'
import { type MappedKind, mapKind } from './map-kind.ts'
import { type SealedCredentials, sealCredentials } from './sealed-credentials.ts'
import { isSecretValue } from './secret-words.ts'
import { splitConfig } from './split-config.ts'

/** What a row may say anew when its list comes again. */
export const SAID = ['name', 'type', 'brand', 'model', 'description', 'location', 'room', 'api_config'] as const
export type SaidColumn = (typeof SAID)[number]

/** A row that was read, without anything secret that is not sealed. */
export interface RowToImport {
  ok: true
  row: Pick<ImportedRow, 'id' | 'name' | 'number' | 'house' | 'room'>
  line: number | null
  kind: MappedKind
  /** The type as it was written; `null`: none was. */
  type: string | null
  deviceType: string
  /** What each column of the list sets on a device. */
  sets: Record<Exclude<SaidColumn, 'room'>, RowChanges>
  /** A hash of each. */
  said: Record<SaidColumn, string>
  credentials: SealedCredentials | null
  /** Where the sealed parts stood. */
  sealed: string[]
  /** Columns that nobody here knows, kept with the configuration. */
  kept: string[]
}

export type PreparedRow = RowToImport | Extract<ReadRow, { ok: false }>

/**
 * Reads the rows of a request and seals what is secret in them, beside the broker: the engine gets nothing plain. Throws what keeps
 * keys from being read; then nothing is imported.
 */
export function prepareRows(
  rows: readonly Readonly<Record<string, unknown>>[],
  { keyring, makeKey, now }: Pick<PrepareContext, 'keyring' | 'makeKey' | 'now'>,
): PreparedRow[] {
  keyring.refresh()
  if (keyring.ids.length === 0) makeKey()
  return rows.map((given) => {
    const read = readRow(given)
    return read.ok ? prepared(withoutSecretTexts(read.row), { keyring, now }) : read
  })
}

function prepared(row: ImportedRow, sealing: Pick<PrepareContext, 'keyring' | 'now'>): RowToImport {
  const kind = mapKind(row)
  const { open, secrets } = splitConfig(withMore(row))
  const credentials = sealCredentials({ secrets, open }, sealing)
  const { type, brand, model, description, location } = row
  const mapped: RowChanges = {
    ...{ device_class: kind.deviceClass, integration_type: kind.integration, discovery_confidence: kind.sure },
    ...{ connection_method: kind.connection, requires_hub: Number(kind.requiresHub) },
    // The words of the list, whatever they were taken for.
    capability_details: JSON.stringify({ legacy: { type: type ?? null, brand: brand ?? null } }),
    ...(description === undefined ? { user_description: [brand, type].filter(Boolean).join(' ') || null } : {}),
  }
  return {
    ok: true,
    row: { id: row.id, name: row.name, number: row.number, house: row.house, room: row.room },
    line: row.line ?? null,
    kind,
    type: type ?? null,
    deviceType:
      DEVICE_TYPES.find(
        (one) =>
          one ===
          type
            ?.trim()
            .toLowerCase()
            .replaceAll(/[\s-]+/g, '_'),
      ) ?? 'custom',
    sets: {
      name: { name: row.name },
      type: mapped,
      brand: { ...mapped, detected_brand: brand ?? null },
      model: { ...mapped, detected_model: model ?? null },
      description: description === undefined ? {} : { user_description: description },
      location: { location: location ?? null },
      api_config: { config_data: JSON.stringify(open) },
    },
    said: {
      ...{ name: hashOf(row.name), type: hashOf([type, row.integration, row.device_class]), brand: hashOf([brand]) },
      ...{ model: hashOf([model]), description: hashOf([description]), location: hashOf([location]) },
      ...{ room: hashOf([row.room]), api_config: hashOf(open) },
    },
    credentials,
    sealed: Object.keys(secrets).map(toTell),
    kept: Object.keys(row.more ?? {}).map(toTell),
  }
}

/** Texts that anybody may read who sees the device. */
const READABLE = ['type', 'brand', 'model', 'description', 'location'] as const

/** A text that lets somebody in is kept as what it is, beside the configuration. */
function withoutSecretTexts(row: ImportedRow): ImportedRow {
  const secret = READABLE.filter((column) => isSecretValue(row[column]))
  if (secret.length === 0) return row
  const more = Object.fromEntries(secret.map((column) => [column, row[column] ?? null]))
  const rest = Object.fromEntries(Object.entries(row).filter(([column]) => !Object.hasOwn(more, column)))
  return { ...(rest as ImportedRow), more: { ...row.more, ...more } }
}

/** The name of a field as the answer says it. */
function toTell(name: string): string {
  return isSecretValue(name) ? 'a name that is a secret itself' : name
}

/** Columns that nobody here knows stand beside the configuration, under a name that it does not have. */
function withMore({ api_config = {}, more = {} }: ImportedRow): Record<string, unknown> {
  if (Object.keys(more).length === 0) return api_config
  let name = 'legacy_columns'
  while (Object.hasOwn(api_config, name)) name += '_'
  return { ...api_config, [name]: more }
}
