import { z } from 'zod'
import { id } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { houseParam } from '../house/named-house.ts'
import { broken, type Importing, importRow, OUTCOMES } from './import-row.ts'
import { ImportedRooms } from './imported-rooms.ts'
import { KnownRows } from './known-rows.ts'
import { type PreparedRow, prepareRows } from './prepare-rows.ts'

/** Others want to be served meanwhile. */
const AT_ONCE = 100

const rowAnswer = z.strictObject({
  line: z.int().nullable(),
  name: z.string().nullable(),
  outcome: z.enum(OUTCOMES),
  device: id.nullable(),
  house: z.string().nullable(),
  type: z.string().nullable(),
  integration: z.string().nullable(),
  device_class: z.string().nullable(),
  /** How sure integration and class are, 0 to 1. */
  sure: z.number().nullable(),
  /** Places in the configuration of what is sealed, as JSON pointers. */
  sealed: z.array(z.string()),
  /** Columns of the list that nobody here knows, kept in `config_data`. */
  kept: z.array(z.string()),
  /** Why it was not imported, or what is new of it. */
  says: z.string().nullable(),
  hint: z.string().nullable(),
})

export const importDevices = adminCommand({
  area: 'import',
  verb: 'devices',
  needs: 'configure',
  summary: 'Take devices over from a list of another program, a JSON or CSV file; what is known already stays as it is',
  params: z.strictObject({
    devices: z
      .array(z.record(z.string(), z.json()))
      .max(AT_ONCE)
      .meta({ format: 'file', description: 'JSON or CSV with the columns name, type, brand, api_config' }),
    house: houseParam.optional().meta({ description: 'of the rows that name none' }),
    dry_run: z.boolean().default(false).meta({ description: 'only say what would happen' }),
    update: z
      .boolean()
      .default(false)
      .meta({ description: 'write what the list says anew of devices that came from it' }),
    again: z.boolean().default(false).meta({ description: 'make devices again that were removed since' }),
    same_names: z.boolean().default(false).meta({ description: 'also rows whose name another device has' }),
  }),
  result: z.strictObject({
    devices: z.array(rowAnswer),
    /** Rooms that were made for them. */
    rooms: z.array(z.strictObject({ name: z.string(), house: z.string() })),
  }),
  examples: [
    {
      says: 'a list of devices',
      params: { devices: [{ name: 'Sofa lamp', type: 'light', brand: 'Philips', api_config: { ip: '192.168.1.20' } }] },
    },
    {
      says: 'what would happen',
      params: { devices: [{ name: 'Hall', type: 'thermostat', brand: 'Tado' }], dry_run: true },
    },
  ],
  positional: ['devices'],
  changes: true,
  secretParams: ['devices'],
  prepare: async ({ devices }, context) => prepareRows(devices, context),
  run(context, wish) {
    const rows = context.prepared as readonly PreparedRow[]
    // Read anew by who asks again, not sealed behind the back of a rotation.
    if (rows.some((row) => row.ok && row.credentials && !context.keyring.isNewest(row.credentials.encrypted_data)))
      throw new LaresError('busy', 'the key of what is sealed was changed at this very moment', {
        hint: 'Say it once more.',
      })
    const rooms = new ImportedRooms(context, wish.dry_run)
    const importing: Importing = { context, wish, rooms, known: new KnownRows(context.db), met: new Map() }
    const devices = rows.map((row) => answerTo(importing, row))
    if (devices.some(isWritten)) context.changed()
    return { devices, rooms: rooms.made }
  },
})

function isWritten({ outcome }: { outcome: string }): boolean {
  return outcome === 'new' || outcome === 'updated'
}

function answerTo(importing: Importing, row: PreparedRow): z.infer<typeof rowAnswer> {
  if (!row.ok)
    return {
      ...{ line: row.line, name: row.name, type: null, integration: null, device_class: null, sure: null },
      ...{ sealed: [], kept: [], ...broken(row.fault, 'Mend the row and say it again: the others are known by then.') },
    }
  const { line, kind, type, sealed, kept } = row
  return {
    ...{
      line,
      name: row.row.name,
      type,
      integration: kind.integration,
      device_class: kind.deviceClass,
      sure: kind.sure,
    },
    ...{ sealed, kept, ...importRow(importing, row) },
  }
}

export const COMMANDS = [importDevices] as const
