import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SENSOR_KINDS } from '../../shared/sensors/index.ts'

const KINDS = [...SENSOR_KINDS.values()]

describe('every kind of sensor', () => {
  it('has a file and a line in the registry', () => {
    const files = readdirSync(join(import.meta.dirname, '../../shared/sensors')).filter(
      (file) => file !== 'index.ts' && file !== 'kind.ts',
    )
    expect(KINDS).toHaveLength(files.length)
    expect(SENSOR_KINDS.size).toBe(KINDS.length)
  })

  it.each(KINDS.map((kind) => [kind.kind, kind] as const))('%s has a sensible range', (name, kind) => {
    expect(name).toMatch(/^[a-z][a-z0-9_]{1,39}$/)
    expect(kind.label).not.toBe('')
    expect(Number.isInteger(kind.precision) && kind.precision >= 0 && kind.precision <= 6).toBe(true)
    if (kind.min !== null && kind.max !== null) expect(kind.min).toBeLessThan(kind.max)
    if (kind.binary) expect([kind.min, kind.max, kind.unit, kind.precision]).toEqual([0, 1, '', 0])
    expect(kind.unit.length).toBeLessThanOrEqual(20)
  })
})
