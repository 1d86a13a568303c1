import { cleanText } from '../../shared/clean-text.ts'
import { paint } from '../../shared/terminal/paint.ts'
import type { Screen } from '../../shared/terminal/render.ts'
import { fitTable, type TableColumn } from '../../shared/terminal/table.ts'
import { wrapped } from '../../shared/terminal/text-width.ts'
import type { AnsweredRow, ImportTally, Mapped } from './import-tally.ts'

/** The words of an outcome, as they were and as they would be. */
const OUTCOMES: readonly (readonly [outcome: string, was: string, wouldBe: string])[] = [
  ['new', 'imported', 'would be imported'],
  ['updated', 'written anew', 'would be written anew'],
  ['same', 'there already, unchanged', 'there already, unchanged'],
  ['changed', 'there already; the list says something else now', 'there already; the list says something else now'],
  ['removed', 'removed since, and left away', 'removed since, and left away'],
  ['moved', 'in another house now, and left alone', 'in another house now, and left alone'],
  ['name_taken', 'not imported: the name is taken', 'not imported: the name is taken'],
  ['repeated', 'stand there twice, and are taken once', 'stand there twice, and are taken once'],
  ['broken', 'not imported: see below', 'not imported: see below'],
]

/** What became of a list, for a person. */
export function importReport(
  tally: ImportTally,
  file: { name: string; form: string; isDry: boolean },
  screen: Screen,
): string {
  const head = `${file.name} (${file.form}): ${tally.rows} ${tally.rows === 1 ? 'row' : 'rows'}`
  return [
    ...lines(head, screen).map((line) => paint('bold', line, screen)),
    ...(file.isDry ? ['Nothing was changed: this is what would happen.'] : []),
    '',
    ...counts(tally, file.isDry),
    ...mapping(tally, screen),
    ...beside(tally, file.isDry, screen),
    ...attention(tally, screen),
    '',
  ].join('\n')
}

function counts(tally: ImportTally, isDry: boolean): string[] {
  const there = OUTCOMES.filter(([outcome]) => tally.count(outcome) > 0)
  const width = Math.max(...there.map(([outcome]) => String(tally.count(outcome)).length))
  return there.map(
    ([outcome, was, wouldBe]) => `  ${String(tally.count(outcome)).padStart(width)}  ${isDry ? wouldBe : was}`,
  )
}

function mapping(tally: ImportTally, screen: Screen): string[] {
  const mapped = tally.mapped()
  if (mapped.length === 0) return []
  const columns: TableColumn[] = [
    { title: 'type in the list', right: false, shrinks: true },
    { title: 'class', right: false, shrinks: true },
    { title: 'integration', right: false, shrinks: true },
    { title: 'how sure', right: true, shrinks: false },
    { title: 'devices', right: true, shrinks: false },
  ]
  const table = fitTable(columns, mapped.map(cellsOf), screen.width)
  const [titles = '', ...rows] = table.lines
  const unknown = mapped.filter(isUnknown).reduce((sum, { devices }) => sum + devices, 0)
  return [
    ...['', paint('bold', titles, screen), ...rows],
    ...(unknown === 0
      ? []
      : [
          '',
          ...lines(
            `${unknown} of them ${unknown === 1 ? 'is of a type or brand' : 'are of types or brands'} that nobody here knows: "unknown". ` +
              'What the list says of them is kept as it was written.',
            screen,
          ),
        ]),
  ]
}

function cellsOf({ type, device_class, integration, sure, devices }: Mapped): string[] {
  return [cleanText(type) || '-', device_class, integration, `${Math.round(sure * 100)} %`, String(devices)].map(
    cleanText,
  )
}

function isUnknown({ device_class, integration }: Mapped): boolean {
  return device_class === 'unknown' || integration === 'unknown'
}

/** What happened beside the devices themselves. */
function beside({ rooms, sealed, columns }: ImportTally, isDry: boolean, screen: Screen): string[] {
  const said = [
    ...(rooms.length === 0
      ? []
      : [`Rooms that ${isDry ? 'would be' : 'were'} made: ${some(rooms.map(({ name }) => name))}.`]),
    ...(sealed === 0
      ? []
      : [
          `Passwords, tokens and keys of ${sealed} ${sealed === 1 ? 'device' : 'devices'} ${isDry ? 'would be' : 'are'} sealed: ` +
            'they stand in no readable column, and nothing shows them again. The file still has them.',
        ]),
    ...(columns.size === 0 ? [] : [`Columns kept with the configuration: ${some([...columns.keys()])}.`]),
  ]
  return said.flatMap((text) => ['', ...lines(text, screen)])
}

function attention({ told, untold }: ImportTally, screen: Screen): string[] {
  if (told.length === 0) return []
  const more = untold === 0 ? [] : ['', `And ${untold} more: --json has all of them.`]
  return ['', paint('bold', 'To look at', screen), ...inOrder(told).flatMap((row) => rowLines(row, screen)), ...more]
}

/** As they stand in the file: some never went to the hub, and were known before those that did. */
function inOrder(rows: readonly AnsweredRow[]): AnsweredRow[] {
  return rows.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
}

/** A row with what is the matter, and the remedy below it. */
function rowLines({ line, name, says, hint }: AnsweredRow, screen: Screen): string[] {
  const who = [line === null ? null : `line ${line}`, name].filter((part) => part !== null).join(', ')
  const text = `${who === '' ? 'a row' : who}: ${says ?? ''}`
  return [
    ...lines(text, screen, 2).map((part, at) => (at === 0 ? `  ${part}` : `    ${part}`)),
    ...(hint ? lines(hint, screen, 4).map((part) => `    ${part}`) : []),
  ]
}

function some(names: readonly string[], most = 10): string {
  const more = names.length - most
  return names.slice(0, most).map(cleanText).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function lines(text: string, { width }: Screen, indent = 0): string[] {
  return wrapped(cleanText(text), width === null ? Number.POSITIVE_INFINITY : Math.max(20, width - indent - 2))
}
