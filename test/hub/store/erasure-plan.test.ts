import { expect, it } from 'vitest'
import { declarations } from '../../../hub/store/declarations.ts'
import { namingColumns } from '../../../hub/store/erasure-plan.ts'

/** Columns that look as if they named a device or a person, and why nothing is to be done about them. */
const NAMES_NOBODY = {
  'device_entities.entity_id': 'its own name at Home Assistant',
  'device_entities.unique_id': 'its own, given by its integration',
  'device_groups.managed_by': 'site or central',
  'devices.credentials_id': 'goes with its device by the foreign key of credentials',
  'events.entity_id': 'looked at with the texts of events',
  'homeassistant_topics.topic': 'of the device that the row names',
  'messages.persona_id': 'a persona is never deleted',
  'persona_versions.managed_by': 'site or central',
  'personas.managed_by': 'site or central',
  'reading_index.series_id': 'goes with its series by a trigger',
  'rejected_messages.topic': 'of the device that the row names',
  'users.email': "the person's own",
  'users.managed_by': 'site or central',
}

const LOOKS_LIKE_ONE =
  /(?:^|_)(?:device|user|person|people|owner|session|turn|entity|client|series|unique|credentials)_id$|_by$|^(?:principal|topic|owner|person|user|device|account|email)$/

it('says of every column of every table that names somebody what an erasure does to its row', () => {
  const known = new Set(namingColumns().map(({ in: { name }, column }) => `${name}.${column}`))
  const unknown = declarations().flatMap(({ name, key, columns }) =>
    [...columns.keys()]
      .filter(
        (column) => LOOKS_LIKE_ONE.test(column) && (column !== key || column === 'client_id' || column === 'topic'),
      )
      .map((column) => `${name}.${column}`)
      .filter((column) => !known.has(column)),
  )
  const open = unknown.filter((column) => !(column in NAMES_NOBODY))
  expect(open.sort()).toEqual([])
})

it('names only tables and columns that there are', () => {
  const columns = new Map(declarations().map((table) => [table.name, table.columns]))
  for (const { table, column, in: of } of namingColumns()) {
    expect(columns.has(table), table).toBe(true)
    expect(columns.get(of.name)?.has(column), `${of.name}.${column}`).toBe(true)
  }
})
