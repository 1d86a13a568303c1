import {
  COMMON_MEANINGS,
  DRIVER_MEANINGS,
  EDGE_REFERENCE,
  edgeExample,
  OUTPUT_MEANINGS,
} from '../../edge/config/reference.ts'
import { TYPE_EXAMPLES } from '../../edge/outputs/output-examples.ts'
import { OUTPUT_TYPES } from '../../edge/outputs/output-settings.ts'
import { commonSettings } from '../../edge/sensors/configure.ts'
import { DRIVER_EXAMPLES } from '../../edge/sensors/examples.ts'
import { SENSOR_DRIVERS } from '../../edge/sensors/index.ts'
import { HUB_REFERENCE, hubExample } from '../../hub/config-reference.ts'
import { exampleLine, pathOf, type Reference, settingRows } from '../../shared/example-settings.ts'
import { SENSOR_KINDS } from '../../shared/sensors/index.ts'
import { type FieldRow, fieldRows } from './field-rows.ts'
import { table } from './markdown-table.ts'

/** The generated sections of docs/configuration.md. */
export const CONFIGURATION_SECTIONS: ReadonlyMap<string, () => string> = new Map([
  ['hub-settings', () => settingsTable(HUB_REFERENCE)],
  ['hub-example', () => toml(hubExample())],
  ['edge-settings', () => settingsTable(EDGE_REFERENCE)],
  ['edge-example', () => toml(edgeExample())],
  ['sensor-settings', sensorTable],
  ['drivers', driverChapters],
  ['output-settings', outputTables],
])

function settingsTable({ schema, meanings, examples }: Reference): string {
  const types = new Map(fieldRows(schema, 'output').map((row) => [row.path, row.type]))
  const rows = settingRows(schema).map((row) => {
    const name = row.section === '' ? row.key : `[${row.section}] ${row.key}`
    const type = (types.get(pathOf(row)) ?? '').replace(/, default .*$/, '')
    return [code(name), type, code(row.fallback), meanings.get(pathOf(row)) ?? '', code(exampleLine(row, examples))]
  })
  return table(['key', 'value', 'default', 'meaning', 'example'], rows)
}

function sensorTable(): string {
  return keyTable(fieldRows(commonSettings), (path) => COMMON_MEANINGS.get(path))
}

function driverChapters(): string {
  return [...SENSOR_DRIVERS.values()]
    .map(({ driver, summary, settings, defaults }) => {
      const own = fieldRows(settings).filter(({ path }) => !path.includes('.'))
      const deadbands = Object.entries(defaults.deadband ?? {}).map(([kind, step]) =>
        `${kind} ${step} ${SENSOR_KINDS.get(kind)?.unit ?? ''}`.trim(),
      )
      return [
        `### ${driver}`,
        `${summary}. Read every ${defaults.intervalS} seconds${deadbands.length > 0 ? `; a change is sent from ${deadbands.join(', ')}` : ''}.`,
        own.length === 0
          ? 'It has no keys of its own.'
          : keyTable(own, (path) => DRIVER_MEANINGS.get(`${driver}.${path}`)),
        toml(`[sensors.my_${driver.replaceAll('-', '_')}]\n${DRIVER_EXAMPLES.get(driver)}\n`),
      ].join('\n\n')
    })
    .join('\n\n')
}

function outputTables(): string {
  return [...OUTPUT_TYPES]
    .map(([type, schema]) =>
      [
        `### ${type}`,
        keyTable(fieldRows(schema), (path) => OUTPUT_MEANINGS.get(path)),
        toml(`[outputs.my_${type}]\n${TYPE_EXAMPLES.get(type)}\n`),
      ].join('\n\n'),
    )
    .join('\n\n')
}

function keyTable(rows: readonly FieldRow[], meaningOf: (path: string) => string | undefined): string {
  return table(
    ['key', 'value', 'meaning'],
    rows.map(({ path, type, required }) => [
      code(path),
      `${type}${required ? ' (needed)' : ''}`,
      meaningOf(path) ?? '',
    ]),
  )
}

function toml(text: string): string {
  return `\`\`\`toml\n${text}\`\`\``
}

function code(text: string | null): string {
  return text === null
    ? ''
    : `\`${text
        .replace(/^\[[\w.]+\]\n/, '')
        .replaceAll('\n', ' ')
        .replaceAll('|', '\\|')}\``
}
