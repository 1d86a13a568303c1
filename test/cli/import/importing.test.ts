import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { importRows } from '../../../cli/import/import-list.ts'
import { importReport } from '../../../cli/import/import-report.ts'
import { ImportTally } from '../../../cli/import/import-tally.ts'
import { openList } from '../../../cli/import/list-file.ts'
import { LaresError } from '../../../shared/errors.ts'
import { openTestHouse, type TestHouse } from '../../hub/engine/engine-in-memory.ts'
import { deviceRows, imported } from '../../hub/features/import/imports-house.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-list-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, bytes: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

/** Imports a file into a house as the command line does, and returns what it counted. */
async function importFile(house: TestHouse, path: string, wish: Record<string, unknown> = {}): Promise<ImportTally> {
  const tally = new ImportTally(true)
  await importRows(hubOf(house), { file: openList(path), wish, tally })
  return tally
}

function hubOf(house: TestHouse, asked: (rows: number) => void = () => {}) {
  return {
    request: async (_area: string, _verb: string, { devices, ...wish }: Record<string, unknown>) => {
      const payload = JSON.stringify({ id: 'r'.repeat(16), params: { devices, ...wish } })
      expect(Buffer.byteLength(payload)).toBeLessThan(1_000_000)
      asked((devices as unknown[]).length)
      return imported(house, JSON.parse(JSON.stringify(devices)) as Record<string, unknown>[], wish)
    },
  }
}

const names = (house: TestHouse) => deviceRows(house, 'name').map(({ name }) => name)
const counts = (tally: ImportTally) => Object.fromEntries(tally.outcomes)

describe('a file as people have it', () => {
  const GERMAN = 'Name;Typ;Hersteller;Raum\r\nStehlampe;light;Philips;Küche\r\n'
  it.each([
    ['CSV of Excel with a mark', 'a.csv', Buffer.from(`\ufeff${GERMAN}`), 'CSV'],
    ['CSV of Excel in the letters of Windows', 'b.csv', Buffer.from(GERMAN, 'latin1'), 'CSV, Windows-1252'],
    ['text of Excel', 'c.txt', Buffer.from(`\ufeff${GERMAN.replaceAll(';', '\t')}`, 'utf16le'), 'CSV, UTF-16le'],
    [
      'JSON with other names',
      'd',
      Buffer.from(
        '[{"deviceName": "Stehlampe", "Device-Type": "light", "manufacturer": "Philips", "Room Name": "Küche"}]',
      ),
      'JSON',
    ],
  ])('%s is read', async (_, name, bytes, form) => {
    const house = openTestHouse()
    const path = file(name, bytes)
    expect(openList(path).form).toBe(form)
    expect(counts(await importFile(house, path))).toEqual({ new: 1 })
    expect(deviceRows(house, 'name, integration_type, device_class, detected_brand')).toEqual([
      { name: 'Stehlampe', integration_type: 'hue', device_class: 'light', detected_brand: 'Philips' },
    ])
    expect(house.all('SELECT name FROM rooms')).toEqual([{ name: 'Küche' }])
  })

  it('of two thousand rows is taken in many requests, and changes nothing when it comes again', async () => {
    const house = openTestHouse()
    const rows = Array.from(
      { length: 2_000 },
      (_, at) => `Lamp ${at},light,Philips,"{""n"":${at},""token"":""t${at}""}"\n`,
    )
    const path = file('many.csv', `name,type,brand,api_config\n${rows.join('')}`)
    const tally = new ImportTally(false)
    const sizes: number[] = []
    await importRows(
      hubOf(house, (size) => sizes.push(size)),
      { file: openList(path), wish: {}, tally },
    )
    expect([tally.count('new'), Math.max(...sizes)]).toEqual([2_000, 100])
    expect(counts(await importFile(house, path, { update: true }))).toEqual({ same: 2_000 })
    expect(house.all('SELECT count(*) AS devices FROM devices')).toEqual([{ devices: 2_000 }])
  })

  it('with large rows stays within what one request may have', async () => {
    const house = openTestHouse()
    const rows = Array.from({ length: 40 }, (_, at) => ({
      name: `Lamp ${at}`,
      api_config: { text: 'ä '.repeat(25_000) },
    }))
    expect(counts(await importFile(house, file('large.json', JSON.stringify(rows))))).toEqual({ new: 40 })
  })

  it('has rows that stand there twice, rows of one name, and two of one id', async () => {
    const house = openTestHouse()
    const lines = ['name,room,id', ...['Lamp,Kitchen,', 'lamp,Bath,', 'Lamp,Kitchen,', 'Fan,,7', 'Fan,,8', 'Other,,7']]
    const path = file('twice.csv', lines.join('\n'))
    const tally = await importFile(house, path)
    expect(counts(tally)).toEqual({ new: 4, repeated: 1, broken: 1 })
    expect(tally.told.map(({ line, says }) => `${line}: ${says}`)).toEqual([
      '4: says the same as line 2',
      '7: has the id of line 5',
    ])
    expect(names(house)).toEqual(['Fan', 'Fan', 'Lamp', 'lamp'])
    expect(counts(await importFile(house, path))).toEqual({ same: 4, repeated: 1, broken: 1 })
  })

  it('has columns under other names, of which a word is no configuration', async () => {
    const house = openTestHouse()
    const lines = ['Device Name;Settings;Config;Notes', 'Lamp;auto;{"ip": "10.0.0.1"};warm', 'Fan;{"ip": "10.0.0.2"};;']
    expect(counts(await importFile(house, file('other.csv', lines.join('\n'))))).toEqual({ new: 2 })
    expect(deviceRows(house, 'name, user_description, config_data')).toEqual([
      { name: 'Fan', user_description: null, config_data: '{"ip":"10.0.0.2"}' },
      {
        ...{ name: 'Lamp', user_description: 'warm' },
        config_data: '{"ip":"10.0.0.1","legacy_columns":{"Settings":"auto"}}',
      },
    ])
  })

  it('that is broken here and there has its other rows taken', async () => {
    const house = openTestHouse()
    const deep = `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`
    const lines = [
      '{"name": "A"}',
      'nonsense',
      `{"name": "B", "api_config": ${deep}}`,
      '{"type": "light"}',
      '{"name": "C"}',
    ]
    const tally = await importFile(house, file('some.ndjson', lines.join('\n')))
    expect(counts(tally)).toEqual({ new: 2, broken: 3 })
    expect(names(house)).toEqual(['A', 'C'])
  })
})

describe('an import that ends in the middle', () => {
  it('is finished by the same call', async () => {
    const house = openTestHouse()
    const path = file('half.csv', `name\n${Array.from({ length: 500 }, (_, at) => `Lamp ${at}\n`).join('')}`)
    let left = 2
    const hub = hubOf(house)
    const dying = {
      request: async (...asked: Parameters<typeof hub.request>) => {
        left -= 1
        if (left === 0) throw new LaresError('unreachable', 'the hub is gone')
        return await hub.request(...asked)
      },
    }
    const tally = new ImportTally(false)
    await expect(importRows(dying, { file: openList(path), wish: {}, tally })).rejects.toThrow('the hub is gone')
    expect(tally.count('new')).toBe(100)
    expect(counts(await importFile(house, path))).toEqual({ same: 100, new: 400 })
  })

  it('goes on when a key is changed under it', async () => {
    const house = openTestHouse()
    const hub = hubOf(house)
    let isFirst = true
    const busy = {
      request: async (...asked: Parameters<typeof hub.request>) => {
        if (isFirst) {
          isFirst = false
          throw new LaresError('busy', 'the key was changed')
        }
        return await hub.request(...asked)
      },
    }
    const tally = new ImportTally(false)
    await importRows(busy, { file: openList(file('one.csv', 'name\nLamp\n')), wish: {}, tally })
    expect(counts(tally)).toEqual({ new: 1 })
  })
})

describe('what became of a list', () => {
  it('fits a terminal of 80 columns, in words', async () => {
    const house = openTestHouse()
    const lines = [
      ...['name,type,brand,api_config,room,floor', 'Sofa lamp,light,Philips,"{""token"":""t""}",Living room,1'],
      ...[
        'Hall,thermostat,Tado,,Hall,',
        'Thing,gizmo with a name that is longer than any column is wide,Acme,,,',
        ',light,,,,',
      ],
    ]
    const path = file('report.csv', lines.join('\n'))
    const tally = await importFile(house, path)
    const screen = { width: 80, now: 0, isTerminal: false }
    const report = importReport(tally, { name: 'report.csv', form: 'CSV', isDry: false }, screen)
    expect(report.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(report.split('\n')).toEqual([
      ...['report.csv (CSV): 4 rows', '', '  3  imported', '  1  not imported: see below', ''],
      ...['type in the list                         class    integration  how sure  devices'],
      ...['gizmo with a name that is longer than …  unknown  unknown          10 %        1'],
      ...['light                                    light    hue              90 %        1'],
      ...['thermostat                               climate  tado             90 %        1', ''],
      ...['1 of them is of a type or brand that nobody here knows: "unknown". What the'],
      ...['list says of them is kept as it was written.', '', 'Rooms that were made: Living room, Hall.', ''],
      ...['Passwords, tokens and keys of 1 device are sealed: they stand in no readable'],
      ...['column, and nothing shows them again. The file still has them.', ''],
      ...['Columns kept with the configuration: floor.', '', 'To look at', '  line 5: name: is missing'],
      ...['    Mend the row and say it again: the others are known by then.', ''],
    ])
  })

  it('is kept row by row for a program', async () => {
    const tally = await importFile(openTestHouse(), file('json.csv', 'name\nLamp\n'))
    expect(tally.all()).toMatchObject({
      rows: 1,
      outcomes: { new: 1 },
      devices: [{ line: 2, name: 'Lamp', outcome: 'new' }],
    })
  })
})

describe('a file that is no list', () => {
  it.each([
    ['is empty', 'empty.csv', '', 'empty.csv is empty'],
    ['is a workbook', 'book.xlsx', 'PK\u0003\u0004rest', 'book.xlsx is a workbook of a spreadsheet'],
    ['has no names', 'nameless.csv', 'a,b\n1,2\n', 'no column is called name'],
  ])('because it %s is refused', async (_, name, text, message) => {
    await expect(importFile(openTestHouse(), file(name, text))).rejects.toThrow(message)
  })

  it('or has no rows, or is a folder, or not there, is refused', async () => {
    await expect(importFile(openTestHouse(), file('bare.csv', 'name\n'))).rejects.toThrow('bare.csv has no rows')
    expect(() => openList(folder)).toThrow('is a folder')
    expect(() => openList(join(folder, 'gone.csv'))).toThrow('there is no')
  })
})
