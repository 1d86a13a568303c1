/** Where of an event somebody may stand. */
export interface EventTexts {
  device_id: string | null
  user_id: string | null
  session_id: string | null
  entity_id: string | null
  acknowledged_by: string | null
  description: string
  old_state: string | null
  new_state: string | null
  event_data: string
  state_attributes: string
  context: string
}

export interface Traces {
  /** Unlike anything else: they go wherever they stand. */
  keys: readonly string[]
  /** They may be common words, and go where they stand alone. */
  names: readonly string[]
}

const JSON_TEXTS = ['event_data', 'state_attributes', 'context'] as const
const NAMING = ['device_id', 'user_id', 'session_id', 'entity_id', 'acknowledged_by'] as const
const STATES = ['old_state', 'new_state'] as const

/** The event with the pseudonym wherever it tells who it was; `null` when it does not. As `lares.give_pseudonym` at central. */
export function pseudonymised(event: EventTexts, { keys, names }: Traces, pseudonym: string): EventTexts | null {
  const result = { ...event }
  for (const column of NAMING) if (keys.includes(event[column] ?? '')) result[column] = pseudonym
  for (const column of STATES) {
    const said = event[column]
    if (said !== null && (names.includes(said) || keys.includes(said))) result[column] = pseudonym
  }
  for (const column of JSON_TEXTS) {
    for (const key of keys) result[column] = result[column].replaceAll(key, pseudonym)
    for (const name of names)
      result[column] = result[column].replaceAll(JSON.stringify(name), JSON.stringify(pseudonym))
  }
  for (const said of [...keys, ...names]) result.description = result.description.replaceAll(said, pseudonym)
  const columns = Object.keys(event) as (keyof EventTexts)[]
  return columns.some((column) => result[column] !== event[column]) ? result : null
}
