import { describe, expect, it } from 'vitest'
import { jsonRows } from '../../../cli/import/json-rows.ts'
import type { ListRow } from '../../../cli/import/list-row.ts'

function rowsOf(text: string, piece = 5): ListRow[] {
  return [...jsonRows(text.match(new RegExp(`[^]{1,${piece}}`, 'g')) ?? [])]
}

const told = (text: string) =>
  rowsOf(text).map((row) => `${row.line} ${'record' in row ? String(row.record.name) : row.fault}`)
const A = '{"name": "A", "api_config": {"list": [1, {"x": "]},{"}]}}'
const B = '{"name": "B"}'

describe('a JSON file', () => {
  it.each([
    ['a list', `[${A},\n ${B}]`, ['1 A', '2 B']],
    ['a list that is set out', JSON.stringify([JSON.parse(A), JSON.parse(B)], null, 2), ['2 A', '13 B']],
    ['an object with a list', `{"version": 1, "devices": [\n${A},\n${B}\n], "more": [1]}`, ['2 A', '3 B']],
    ['one object in each line', `${A}\n${B}\n`, ['1 A', '2 B']],
    ['one object', B, ['1 B']],
    ['an empty list', ' [ ] ', []],
    ['an object with an empty list', '{"devices": []}', []],
  ])('is %s', (_, text, expected) => expect(told(text)).toEqual(expected))

  it.each([
    ['no JSON', `[${B},\n{name: "x"},\n${A}]`, ['1 B', '2 is no JSON object', '3 A']],
    [
      'no object',
      `[${B},\n7, "x",\nnull,\n${A}]`,
      ['1 B', '2 is no JSON object', '2 is no JSON object', '3 is no JSON object', '4 A'],
    ],
    ['a list', `[[1],\n${A}]`, ['1 is no JSON object', '2 A']],
    ['without its end', `[${B},\n{"name": "C",\n${A}\n]`, ['1 B', '2 has no end', '3 A']],
    ['without a quote', `${B}\n{"name": "C}\n${A}\n`, ['1 B', '2 has no end', '3 A']],
    ['cut off', `[${B},\n{"name": "C", "ty`, ['1 B', '2 has no end']],
    ['without the comma before it', `[${B}\n${A}]`, ['1 B', '2 A']],
  ])('with a row that is %s loses that row and no other', (_, text, expected) => expect(told(text)).toEqual(expected))

  it('with a row that has no end loses that row and no other, however long the file is', () => {
    const rest = Array.from({ length: 20_000 }, (_, at) => `{"name": "lamp ${at}"},\n`).join('')
    const rows = rowsOf(`[\n{"name": "broken", "api_config": {"x": 1},\n${rest}{"name": "last"}\n]`, 65_536)
    expect(rows.filter((row) => 'fault' in row)).toMatchObject([{ line: 2, fault: 'has no end' }])
    expect(rows).toHaveLength(20_002)
  })

  it('says nothing of what stands in a row that it cannot read', () => {
    expect(JSON.stringify(rowsOf('[{"password": hunter2}]'))).not.toContain('hunter2')
  })
})
