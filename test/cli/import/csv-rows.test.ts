import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvRows } from '../../../cli/import/csv-rows.ts'
import type { ListRow } from '../../../cli/import/list-row.ts'

/** The rows of a text that comes in pieces of this length. */
function rowsOf(text: string, piece = 7): ListRow[] {
  const pieces = text.match(new RegExp(`[^]{1,${piece}}`, 'g')) ?? []
  return [...csvRows(pieces)]
}

const records = (text: string) => rowsOf(text).map((row) => ('record' in row ? row.record : row.fault))
const LAMP = { name: 'Lamp', type: 'light' }

describe('a CSV file', () => {
  it.each([
    ['commas', 'name,type\nLamp,light\n'],
    ['semicolons', 'name;type\nLamp;light\n'],
    ['tabs', 'name\ttype\nLamp\tlight\n'],
    ['bars', 'name|type\nLamp|light'],
    ['line ends of Windows', 'name,type\r\nLamp,light\r\n'],
    ['line ends of old machines', 'name,type\rLamp,light\r'],
    ['quotes', '"name","type"\n"Lamp","light"'],
    ['blanks', ' name , type \n Lamp , "light" \n'],
    ['a first line that names the separator', 'sep=;\nname;type\nLamp;light\n'],
    ['empty lines', '\n\nname,type\n\nLamp,light\n\n,\n'],
    ['a separator too many', 'name,type,\nLamp,light,\n'],
  ])('with %s is read', (_, text) => {
    const [first, ...more] = records(text)
    expect(first).toMatchObject(LAMP)
    expect(more).toEqual([])
  })

  it('has separators, line ends and quotes within quotes', () => {
    const rows = records('name,api_config\n"A ""big"" lamp, here","{""a"":\n1}"\nB,\n')
    expect(rows).toEqual([
      { name: 'A "big" lamp, here', api_config: '{"a":\n1}' },
      { name: 'B', api_config: '' },
    ])
  })

  it('may have JSON in a cell without quotes around it', () => {
    const json = '{"ip":"1.2.3.4","list":[1,2],"x":"a,\\"}"}'
    expect(records(`name,api_config,room\nLamp,${json},Hall\n`)).toEqual([
      { name: 'Lamp', api_config: json, room: 'Hall' },
    ])
  })

  it('names the line in which a row begins', () => {
    const lines = rowsOf('name,note\nA,"one\ntwo"\nB,x\n\nC,y').map(({ line }) => line)
    expect(lines).toEqual([2, 4, 6])
  })

  it('with a row that cannot be read loses that row and no other', () => {
    const rows = rowsOf('name,type\nA,light\n"B,light\nC,light\nD,"x" y\nE,1,2\nF,light\n')
    expect(rows.map((row) => ('record' in row ? row.record.name : `${row.line}: ${row.fault}`))).toEqual([
      'A',
      '3: text stands behind a closing quote',
      'C',
      '5: text stands behind a closing quote',
      '6: has 3 cells, and the first line has 2',
      'F',
    ])
  })

  it('with a quote that has no end loses that row and no other, however long the file is', () => {
    const rest = Array.from({ length: 40_000 }, (_, at) => `lamp ${at},light\n`).join('')
    const text = `name,type\n"broken,light\n${rest}`
    const rows = rowsOf(text, 65_536)
    expect(rows).toHaveLength(40_001)
    expect(rows.filter((row) => 'fault' in row)).toMatchObject([{ line: 2, fault: 'a quote has no end' }])
    // It is told before the whole file is in memory.
    let pieces = 0
    const counted = function* () {
      for (const piece of text.match(/[\s\S]{1,65536}/g) ?? []) {
        pieces += 1
        yield piece
      }
    }
    expect(csvRows(counted()).next().value).toMatchObject({ line: 2 })
    expect(pieces * 65_536).toBeLessThan(text.length / 2)
  })

  it('with a line that is far too long loses that line and makes nothing of its end', () => {
    const rows = rowsOf(`name,type\n${'x'.repeat(300_000)},light\nLamp,light\n`, 65_536)
    expect(rows.map((row) => ('record' in row ? row.record.name : row.fault))).toEqual([
      'is longer than 196608 characters',
      'Lamp',
    ])
  })

  it('without a column for names is refused as a whole', () => {
    expect(() => rowsOf('type,brand\nlight,Hue\n')).toThrow('no column is called name')
    expect(() => rowsOf('Lamp,light\n')).toThrow('no column is called name')
  })

  it('is read the same in whatever pieces it comes', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', ' ', '{', '}', 'ä') })
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), (cells, piece) => {
        const text = `name,note\r\n${cells.map(([a, b]) => `${quoted(`x${a}`)},${quoted(b)}`).join('\r\n')}`
        const read = rowsOf(text, piece).map((row) =>
          'record' in row ? [row.record.name, row.record.note] : row.fault,
        )
        expect(read).toEqual(cells.map(([a, b]) => [`x${a}`, b]))
      }),
    )
  })
})
