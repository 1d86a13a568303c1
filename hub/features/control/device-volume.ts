import type { Database } from '../../../shared/sqlite/open.ts'
import { EMERGENCY_PRIORITY } from '../personas/definition.ts'
import { assignedPersona } from '../personas/speaking-persona.ts'

/** What somebody for emergencies says is heard, whatever anybody wished before. */
export const EMERGENCY_VOLUME = 30

interface SpeakerRow {
  speaks: 0 | 1
  group_volume: unknown
}

/** How loud a device speaks that has this volume of its own: else that of its group. `null`: nobody said, so as loud as it comes. */
export function volumeOf(db: Database, device: string, own: number | undefined): number | null {
  const row = db
    .prepare(
      "SELECT EXISTS (SELECT 1 FROM json_each(d.capabilities) WHERE value = 'audio_output') AS speaks, " +
        "CASE WHEN json_valid(g.settings) THEN json_extract(g.settings, '$.volume') END AS group_volume " +
        'FROM devices d LEFT JOIN device_groups g ON g.id = d.group_id WHERE d.id = ?',
    )
    .get(device) as SpeakerRow | undefined
  const volume = own ?? (row?.speaks === 1 && isVolume(row.group_volume) ? row.group_volume : null)
  if (volume === null || !isForEmergencies(db, device)) return volume
  return Math.max(EMERGENCY_VOLUME, volume)
}

/** Whether somebody for emergencies speaks on it, who is never as soft as to be missed. */
export function isForEmergencies(db: Database, device: string): boolean {
  return (assignedPersona(db, device)?.priority ?? 0) >= EMERGENCY_PRIORITY
}

/** Whatever central put into the settings of a group. */
export function isVolume(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 100
}
