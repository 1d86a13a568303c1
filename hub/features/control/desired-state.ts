import type { DeviceSettings } from '../../../shared/device-settings.ts'
import type { Desired } from '../../../shared/messages/desired.ts'
import type { Reported } from '../../../shared/messages/reported.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import { assignedPersona } from '../personas/speaking-persona.ts'
import { volumeOf } from './device-volume.ts'

type Told = Omit<Desired, 'version'>

interface SettingsRow {
  version: number
  settings: string
  told: string
}

/** What the house wants of the device; nothing where it was never set. */
export function wantedOf(db: Database, device: string): DeviceSettings {
  const text = db.prepare('SELECT settings FROM device_settings WHERE device_id = ?').pluck().get(device)
  return typeof text === 'string' ? (JSON.parse(text) as DeviceSettings) : {}
}

/** Sets what the house wants of the device, and tells it. Returns the version that it is told. */
export function want(context: Context, device: string, settings: DeviceSettings): number {
  const { db, now } = context
  db.prepare(
    'INSERT INTO device_settings (id, device_id, version, settings, created_at, updated_at) VALUES (?, ?, 0, ?, ?, ?) ' +
      'ON CONFLICT (device_id) DO UPDATE SET settings = excluded.settings, updated_at = excluded.updated_at',
  ).run(context.id(), device, JSON.stringify(settings), now, now)
  return tellDesired(context, device)
}

/**
 * Publishes what the device is to have: its name, its settings and its persona. All of it is one version, which counts up when
 * anything of it is another; what was said before is retained, and said again only on `again`. Returns the version.
 */
export function tellDesired(context: Context, device: string, { again = false } = {}): number {
  const { db, topics, now } = context
  const known = db.prepare('SELECT version, settings, told FROM device_settings WHERE device_id = ?').get(device) as
    | SettingsRow
    | undefined
  const told = toldOf(db, device, known?.settings ?? '{}')
  const same = known !== undefined && known.told === told
  if (same && !again) return known.version
  const version = same ? known.version : (known?.version ?? 0) + 1
  if (!same)
    db.prepare(
      'INSERT INTO device_settings (id, device_id, version, told, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?) ' +
        'ON CONFLICT (device_id) DO UPDATE SET version = excluded.version, told = excluded.told, updated_at = excluded.updated_at',
    ).run(context.id(), device, version, told, now, now)
  const payload = JSON.stringify({ version, ...(JSON.parse(told) as Told) } satisfies Desired)
  context.effect({ kind: 'publish', topic: topics.build('desired', { device }), payload, qos: 1, retain: true })
  return version
}

/** Of every device that was told something: at start, for who connects later. */
export function tellAllDesired(context: Context): void {
  for (const device of toldDevices(context.db)) tellDesired(context, device, { again: true })
}

/** Tells those devices whose name, settings or persona are others now. */
export function tellChangedDesired(context: Context): void {
  const { db } = context
  const rows = db.prepare('SELECT device_id AS id, settings, told FROM device_settings').all() as ({
    id: string
  } & SettingsRow)[]
  const present = new Set(toldDevices(db))
  for (const { id, settings, told } of rows)
    if (present.has(id) && toldOf(db, id, settings) !== told) tellDesired(context, id)
}

/** The device says what it took. It says so at every connect: the same again writes nothing. */
export function takeReport(context: Context, device: string, { version, settings, refused }: Reported): void {
  const { db, now } = context
  db.prepare(
    'UPDATE device_settings SET reported_version = ?, reported_settings = ?, refused = ?, reported_at = ?, updated_at = ? WHERE device_id = ? ' +
      'AND (reported_version IS NOT ? OR reported_settings IS NOT ? OR refused IS NOT ?)',
  ).run(
    ...[version, JSON.stringify(settings), JSON.stringify(refused), now, now, device],
    ...[version, JSON.stringify(settings), JSON.stringify(refused)],
  )
}

function toldDevices(db: Database): string[] {
  const sql =
    'SELECT s.device_id FROM device_settings s JOIN devices d ON d.id = s.device_id WHERE d.revoked_at IS NULL'
  return db.prepare(sql).pluck().all() as string[]
}

function toldOf(db: Database, device: string, settings: string): string {
  const name = db.prepare('SELECT name FROM devices WHERE id = ?').pluck().get(device) as string
  const persona = assignedPersona(db, device)
  const own = JSON.parse(settings) as DeviceSettings
  const volume = volumeOf(db, device, own.volume)
  const told: Told = {
    name,
    settings: (volume === null ? own : { ...own, volume }) as Told['settings'],
    persona: persona?.id ?? null,
    ...(persona === null ? {} : { persona_version: persona.version }),
  }
  return JSON.stringify(told)
}
