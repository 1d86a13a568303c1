import type { Database } from '../../../shared/sqlite/open.ts'

export const ACTION_STATES = ['pending', 'executing', 'completed', 'failed'] as const
export type ActionState = (typeof ACTION_STATES)[number]

/** What a device answered. */
export interface DeviceAnswer {
  ok: boolean
  value?: unknown
  error?: { code: string; message: string }
}

/** A row of `control_actions` with what is known of it while it is on its way. */
export interface ActionRow {
  id: number
  device_id: string
  /** What people call the device. */
  device: string
  /** What people call the output that it is about; `null`: its key, as on the device itself, or none. */
  output_name: string | null
  command: string
  parameters: Record<string, unknown>
  status: ActionState
  executed_at: number | null
  completed_at: number | null
  result: DeviceAnswer | null
  error_message: string | null
  created_at: number
  /** `null`: it is not on its way any more. */
  expires_at: number | null
}

/** The key of what another maker made is made of its topics, and nobody knows it. */
const OUTPUT_NAME =
  "(SELECT e.name FROM device_entities e WHERE e.device_id = a.device_id AND e.key = a.parameters ->> 'output' AND e.source <> 'lares')"

export const ACTION_COLUMNS =
  `a.id, a.device_id, d.name AS device, ${OUTPUT_NAME} AS output_name, ` +
  'a.command, a.parameters, a.status, a.executed_at, a.completed_at, a.result, ' +
  'a.error_message, a.created_at, u.expires_at'
export const ACTION_TABLES =
  'control_actions a JOIN devices d ON d.id = a.device_id LEFT JOIN commands_underway u ON u.action_id = a.id'

/** The row as SQLite has it, with its JSON read. */
export function readAction(row: unknown): ActionRow {
  const { parameters, result, ...rest } = row as ActionRow & { parameters: unknown; result: unknown }
  return {
    ...rest,
    parameters: JSON.parse(String(parameters)) as ActionRow['parameters'],
    result: result === null ? null : (JSON.parse(String(result)) as DeviceAnswer),
  }
}

/** Throws when there is none: whoever asks has made it. */
export function actionOf(db: Database, id: number): ActionRow {
  return readAction(db.prepare(`SELECT ${ACTION_COLUMNS} FROM ${ACTION_TABLES} WHERE a.id = ?`).get(id))
}
