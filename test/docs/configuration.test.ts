import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { afterAll, describe, expect, it } from 'vitest'
import { configureOutputs } from '../../edge/config/configure-outputs.ts'
import { loadConfig } from '../../edge/config/load-settings.ts'
import {
  COMMON_MEANINGS,
  DRIVER_MEANINGS,
  EDGE_REFERENCE,
  edgeExample,
  OUTPUT_MEANINGS,
} from '../../edge/config/reference.ts'
import type { EdgeConfig } from '../../edge/config/schema.ts'
import { TYPE_EXAMPLES } from '../../edge/outputs/output-examples.ts'
import { OUTPUT_TYPES } from '../../edge/outputs/output-settings.ts'
import { commonSettings, configureSource } from '../../edge/sensors/configure.ts'
import { DRIVER_EXAMPLES } from '../../edge/sensors/examples.ts'
import { SENSOR_DRIVERS } from '../../edge/sensors/index.ts'
import { readHubConfig } from '../../hub/config.ts'
import { HUB_REFERENCE, hubExample } from '../../hub/config-reference.ts'
import { fieldRows } from '../../scripts/lib/field-rows.ts'
import { exampleLine, pathOf, type Reference, type SettingRow, settingRows } from '../../shared/example-settings.ts'
import { fakeTree } from '../edge/health/fake-tree.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-reference-'))
afterAll(() => rmSync(folder, { recursive: true }))

function written(text: string): string {
  const file = join(folder, 'settings.toml')
  writeFileSync(file, text)
  return file
}

/** What the agent would leave out is an error here. */
function loaded(text: string): EdgeConfig {
  const { config, faults } = loadConfig({ file: written(text), env: {} })
  for (const { error } of faults) throw error
  return config
}

/** The file with one key of one section set. */
function uncommented(file: string, { section }: SettingRow, line: string): string {
  const from = section === '' ? 0 : file.indexOf(`\n[${section}]\n`)
  const at = file.indexOf(`\n#${line}\n`, from)
  expect(at).toBeGreaterThan(from)
  return `${file.slice(0, at + 1)}${file.slice(at + 2)}`
}

type Case = [name: string, reference: Reference, example: () => string, load: (text: string) => unknown]
const PROGRAMS: Case[] = [
  ['hub', HUB_REFERENCE, hubExample, (text) => readHubConfig(written(text))],
  ['edge', EDGE_REFERENCE, edgeExample, (text) => loaded(text)],
]

describe.each(PROGRAMS)('the reference of the %s', (_, reference, example, load) => {
  const rows = settingRows(reference.schema)

  it('explains every key and no other', () => {
    expect([...reference.meanings.keys()].sort()).toEqual(rows.map(pathOf).sort())
  })

  it('has an example file that changes nothing as it stands', () => {
    expect(load(example())).toEqual(load(''))
  })

  it('has an example file in which every key can be set by taking its # away', () => {
    for (const row of rows) {
      const text = uncommented(example(), row, exampleLine(row, reference.examples))
      const set = parse(text) as Record<string, Record<string, unknown>>
      expect(row.section === '' ? set[row.key] : set[row.section]?.[row.key], pathOf(row)).toBeDefined()
      expect(() => load(text), pathOf(row)).not.toThrow()
    }
  })

  it('names as default what is the default', () => {
    const all = load('') as Record<string, Record<string, unknown>>
    for (const row of rows.filter(({ fallback }) => fallback !== null)) {
      const value = row.section === '' ? all[row.key] : all[row.section]?.[row.key]
      expect(JSON.stringify(value), pathOf(row)).toBe(row.fallback)
    }
  })
})

describe('the reference of sensors', () => {
  it('explains every key that all have, and every key of every driver', () => {
    expect([...COMMON_MEANINGS.keys()]).toEqual(Object.keys(commonSettings.shape))
    const own = [...SENSOR_DRIVERS.values()].flatMap(({ driver, settings }) =>
      fieldRows(settings)
        .filter(({ path }) => !path.includes('.'))
        .map(({ path }) => `${driver}.${path}`),
    )
    expect([...DRIVER_MEANINGS.keys()].sort()).toEqual(own.sort())
  })

  it.each([...SENSOR_DRIVERS.keys()])(
    'has a table for %s that works, also without its # in the example file',
    (driver) => {
      const lines = [`[sensors.my_${driver.replaceAll('-', '_')}]`, ...(DRIVER_EXAMPLES.get(driver) ?? '').split('\n')]
      const commented = lines.map((line) => `#${line}`).join('\n')
      expect(edgeExample()).toContain(`${commented}\n`)
      const config = loaded(edgeExample().replace(commented, lines.join('\n')))
      const [[key = '', table = {}] = []] = Object.entries(config.sensors)
      expect(() => configureSource(key, table, fakeTree().machine)).not.toThrow()
    },
  )
})

describe('the reference of outputs', () => {
  it('explains every key of every type', () => {
    const own = [...OUTPUT_TYPES.values()].flatMap((schema) => fieldRows(schema).map(({ path }) => path))
    expect([...OUTPUT_MEANINGS.keys()].sort()).toEqual([...new Set(own)].sort())
  })

  it.each([...OUTPUT_TYPES.keys()])('has a table for %s that works, also without its # in the example file', (type) => {
    const lines = [`[outputs.my_${type}]`, ...(TYPE_EXAMPLES.get(type) ?? '').split('\n')]
    const commented = lines.map((line) => `#${line}`).join('\n')
    expect(edgeExample()).toContain(`${commented}\n`)
    const config = loaded(edgeExample().replace(commented, lines.join('\n')))
    expect(configureOutputs(config, null)).toMatchObject({ plans: [{ key: `my_${type}` }], faults: [] })
  })
})
