import { COMPANION } from '../../../shared/companion.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { EMERGENCY_PRIORITY } from './definition.ts'

export interface SpeakingPersona {
  id: string
  version: string
  priority: number
}

const SELECT = 'SELECT p.id, p.current_version AS version, p.priority'
/** Whatever central put into the settings of a group, it is a persona's id or nothing. */
const OF_GROUP = "CASE WHEN json_valid(g.settings) THEN json_extract(g.settings, '$.persona') END"

/**
 * The persona that somebody gave the device: that of its group where it is for emergencies, else its own, else that of its group.
 * One that is inactive counts as none. `null`: nobody gave it one.
 */
export function assignedPersona(db: Database, device: string): SpeakingPersona | null {
  const found = db
    .prepare(
      `${SELECT} FROM devices d LEFT JOIN device_groups g ON g.id = d.group_id ` +
        `JOIN personas p ON p.is_active = 1 AND (p.id = d.active_persona_id OR p.id = ${OF_GROUP}) ` +
        'WHERE d.id = ? ORDER BY p.priority >= ? DESC, p.id = d.active_persona_id DESC LIMIT 1',
    )
    .get(device, EMERGENCY_PRIORITY)
  return (found as SpeakingPersona | undefined) ?? null
}

/**
 * Who speaks on the device: the one that it was given, else the companion, else the least urgent that is active and not for
 * emergencies. `null`: every persona is inactive, and nobody speaks.
 */
export function speakingPersona(db: Database, device: string): SpeakingPersona | null {
  const assigned = assignedPersona(db, device)
  if (assigned !== null) return assigned
  const found = db
    .prepare(
      `${SELECT} FROM personas p WHERE p.is_active = 1 AND p.priority < ? ORDER BY p.id = ? DESC, p.priority, p.id LIMIT 1`,
    )
    .get(EMERGENCY_PRIORITY, COMPANION)
  return (found as SpeakingPersona | undefined) ?? null
}

/** Devices that people meant a persona for, by themselves or by their group. */
export function devicesWithPersona(db: Database, persona: string): number {
  return db
    .prepare(
      'SELECT count(*) FROM devices d LEFT JOIN device_groups g ON g.id = d.group_id ' +
        `WHERE d.revoked_at IS NULL AND (d.active_persona_id = :persona OR (d.active_persona_id IS NULL AND ${OF_GROUP} = :persona))`,
    )
    .pluck()
    .get({ persona }) as number
}
