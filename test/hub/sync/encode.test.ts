import { describe, expect, it } from 'vitest'
import type { CentralColumn, CentralTable } from '../../../hub/store/central-shape.ts'
import { rowEncoder } from '../../../hub/sync/encode.ts'

const column = (name: string, kind: CentralColumn['kind'], more: Partial<CentralColumn> = {}): CentralColumn => ({
  ...{ name, kind, type: kind, default: null, caseless: false },
  ...more,
})

const LAMPS: CentralTable = {
  ...{
    name: 'lamps',
    kind: 'append',
    key: 'id',
    partition: null,
    purgedBy: null,
    checks: [],
    indexes: [],
    uniques: [],
  },
  columns: [
    column('id', 'integer'),
    column('series_id', 'integer'),
    column('colour', 'text'),
    column('level', 'integer', { default: '7' }),
    column('lit', 'flag'),
    column('picture', 'blob'),
  ],
  references: [{ column: 'series_id', table: 'reading_series', epochColumn: 'series_epoch', owned: true }],
}

describe('what central has no column for', () => {
  const encoder = rowEncoder(LAMPS, {
    layout: new Map([['lamps', new Set(['id'])]]),
    through: 'cursor',
    epochOf: (table, key) => (table === 'reading_series' && key === 4 ? 3 : 1),
  })
  const extraOf = (...row: unknown[]) => JSON.parse(encoder.line(row, { epoch: 1, seq: 0 }).split('\t')[1] ?? '')

  it('goes along as JSON, with the epoch of what the row refers to', () => {
    expect(encoder.select).toEqual(['id', 'series_id', 'colour', 'level', 'lit', 'picture'])
    expect(extraOf(1, 4, 'red', 5, 1, Buffer.from('ab'))).toEqual({
      ...{ series_id: 4, colour: 'red', level: 5, lit: true, picture: '6162', series_epoch: 3 },
    })
  })

  it('is left out where the row has nothing, but not where the column would then have a value by itself', () => {
    expect(extraOf(1, null, null, null, null, null)).toEqual({ level: null })
  })
})
