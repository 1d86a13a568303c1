import { z } from 'zod'
import type { Database } from '../../../shared/sqlite/open.ts'

/** One setting that the house wants of a device, beside what the device says of it. */
export const settingLine = z.strictObject({
  setting: z.string(),
  wanted: z.string(),
  /** `taken`, `not taken yet`, or why it was refused. */
  says: z.string(),
})

export type SettingLine = z.infer<typeof settingLine>

interface SettingsRow {
  version: number
  settings: string
  told: string
  reported_version: number | null
  reported_settings: string
  refused: string
}

/** Every setting that the house wants of the device, in words. */
export function settingLines(db: Database, device: string): SettingLine[] {
  const row = db
    .prepare(
      'SELECT version, settings, told, reported_version, reported_settings, refused FROM device_settings WHERE device_id = ?',
    )
    .get(device) as SettingsRow | undefined
  if (!row) return []
  const refused = JSON.parse(row.refused) as { key: string; reason: string }[]
  const reported = JSON.parse(row.reported_settings) as Record<string, unknown>
  // What it was told is more than its own: a volume of its group, or the least of somebody for emergencies.
  const wanted = { ...objectOf(row.settings), ...objectOf(JSON.stringify(objectOf(row.told).settings ?? {})) }
  return Object.entries(wanted).flatMap(([key, value]) => {
    const why = refused.find((one) => one.key === key)?.reason
    const has = JSON.stringify(reported[key]) === JSON.stringify(value)
    // A version that it has not heard of says nothing of what it would take.
    const isHeard = row.reported_version === row.version
    const says = isHeard && why !== undefined ? `refused: ${why}` : has ? 'taken' : 'not taken yet'
    return parts(key, value).map(([setting, wanted]) => ({ setting, wanted, says }))
  })
}

function objectOf(json: string): Record<string, unknown> {
  return JSON.parse(json) as Record<string, unknown>
}

/** `sensors` has a line for each number in it. */
function parts(key: string, value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[key, String(value)]]
  return Object.entries(value).flatMap(([inner, content]) => parts(`${key}.${inner}`, content))
}
