import { type ReadList, wordList } from '../lists.ts'
import { numberReader } from '../spoken-numbers.ts'
import { spanReader } from '../spoken-spans.ts'
import { timeReader } from '../spoken-times.ts'
import { DE_NUMBERS } from './numbers-de.ts'

const number = numberReader(DE_NUMBERS)
const MIN = 60_000
const HOUR = 3_600_000

const evening = (hour: number) => (hour < 12 ? hour + 12 : hour)
const morning = (hour: number) => hour % 12
const night = (hour: number) => (hour >= 8 && hour < 12 ? hour + 12 : hour % 12)

const span = spanReader({
  number,
  units: {
    ...{ sekunde: 1_000, sekunden: 1_000, sek: 1_000, s: 1_000, minute: MIN, minuten: MIN, min: MIN },
    ...{ stunde: HOUR, stunden: HOUR, std: HOUR, h: HOUR },
  },
  whole: {
    ...{ 'halbe stunde': HOUR / 2, 'eine halbe stunde': HOUR / 2, 'halben stunde': HOUR / 2 },
    ...{ 'einer halben stunde': HOUR / 2, viertelstunde: HOUR / 4, 'eine viertelstunde': HOUR / 4 },
    ...{ 'einer viertelstunde': HOUR / 4, dreiviertelstunde: (HOUR * 3) / 4, 'eine dreiviertelstunde': (HOUR * 3) / 4 },
    ...{ 'einer dreiviertelstunde': (HOUR * 3) / 4, 'dreiviertel stunde': (HOUR * 3) / 4, 'halbe minute': MIN / 2 },
    ...{ 'eine halbe minute': MIN / 2, 'eine dreiviertel stunde': (HOUR * 3) / 4 },
  },
  ...{ and: 'und', half: 'und eine halbe' },
})

const clock = timeReader({
  number,
  clock: ['uhr'],
  named: {
    ...{ mittag: { hour: 12, minute: 0 }, mittags: { hour: 12, minute: 0 } },
    ...{ mitternacht: { hour: 0, minute: 0 }, 'zwölf uhr mittags': { hour: 12, minute: 0 } },
  },
  before: {
    ...{ halb: -30, viertel: -45, dreiviertel: -15, 'drei viertel': -15, 'viertel nach': 15, 'viertel vor': -15 },
  },
  between: { nach: 1, vor: -1 },
  minutes: ['minuten', 'minute'],
  dayParts: {
    ...{ früh: morning, morgens: morning, 'am morgen': morning, 'in der früh': morning, vormittags: morning },
    ...{ abends: evening, 'am abend': evening, nachmittags: evening, 'am nachmittag': evening },
    ...{ 'heute abend': evening, nachts: night, 'in der nacht': night },
  },
  isClockOf24: true,
})

const DAYS = {
  ...{ heute: 0, morgen: 1, übermorgen: 2, 'heute abend': 'tonight', 'heute nacht': 0, 'heute nachmittag': 'tonight' },
  ...{ 'morgen früh': 'morning', 'morgen vormittag': 'morning', 'morgen nachmittag': 'evening' },
  ...{ 'morgen abend': 'evening', 'morgen mittag': 1 },
  ...{ sonntag: 'sun', montag: 'mon', dienstag: 'tue', mittwoch: 'wed', donnerstag: 'thu', freitag: 'fri' },
  ...{ samstag: 'sat', sonnabend: 'sat' },
}

const WEEK = 'mon,tue,wed,thu,fri'
const WHOLE_WEEK = `${WEEK},sat,sun`
const DAY_NAMES = {
  ...{ sonntag: 'sun', montag: 'mon', dienstag: 'tue', mittwoch: 'wed', donnerstag: 'thu', freitag: 'fri' },
  ...{ samstag: 'sat', sonnabend: 'sat' },
}

/** Days on which something comes again. */
const REPEATS: Record<string, { days: string; isEvening?: boolean }> = {
  ...{ 'jeden tag': { days: WHOLE_WEEK }, täglich: { days: WHOLE_WEEK }, 'jeden morgen': { days: WHOLE_WEEK } },
  ...{ 'alle tage': { days: WHOLE_WEEK }, 'jeden abend': { days: WHOLE_WEEK, isEvening: true } },
  ...{ 'jeden werktag': { days: WEEK }, werktags: { days: WEEK }, 'an werktagen': { days: WEEK } },
  ...{ 'jeden wochentag': { days: WEEK }, wochentags: { days: WEEK }, 'an wochentagen': { days: WEEK } },
  ...{
    'jeden arbeitstag': { days: WEEK },
    'montag bis freitag': { days: WEEK },
    'von montag bis freitag': { days: WEEK },
  },
  ...{
    'jedes wochenende': { days: 'sat,sun' },
    'am wochenende': { days: 'sat,sun' },
    'an wochenenden': { days: 'sat,sun' },
  },
  ...Object.fromEntries(
    Object.entries(DAY_NAMES).flatMap(([name, days]) =>
      [`jeden ${name}`, `immer ${name}s`, `${name}s`, `jeden ${name} morgen`].map((said) => [said, { days }]),
    ),
  ),
}

const MEASURES = {
  ...{ temperatur: 'temperature', raumtemperatur: 'temperature', luftfeuchtigkeit: 'humidity' },
  ...{ luftfeuchte: 'humidity', feuchtigkeit: 'humidity', feuchte: 'humidity', außentemperatur: 'temperature' },
  ...{ co2: 'carbon_dioxide', 'co2 wert': 'carbon_dioxide', 'co 2': 'carbon_dioxide', 'co zwei': 'carbon_dioxide' },
  ...{ 'c o zwei': 'carbon_dioxide', 'co zwei wert': 'carbon_dioxide', kohlendioxid: 'carbon_dioxide' },
  ...{ 'c o zwei wert': 'carbon_dioxide', 'co2 gehalt': 'carbon_dioxide', luftqualität: 'carbon_dioxide' },
  ...{ 'kohlendioxid gehalt': 'carbon_dioxide', helligkeit: 'illuminance', lichtstärke: 'illuminance' },
  ...{ leistung: 'power', stromverbrauch: 'power', verbrauch: 'power', energieverbrauch: 'energy' },
  ...{ luftdruck: 'pressure', druck: 'pressure' },
  ...{ spannung: 'voltage', stromstärke: 'current', signalstärke: 'signal_strength' },
  ...{ strom: 'power' },
}

/** How something is, and what tells so. */
const ADJECTIVES = {
  ...{ warm: 'temperature', heiß: 'temperature', kalt: 'temperature', kühl: 'temperature', feucht: 'humidity' },
  ...{ trocken: 'humidity', hell: 'illuminance', dunkel: 'illuminance', stickig: 'carbon_dioxide' },
}

export const DE_LISTS: ReadonlyMap<string, ReadList> = new Map([
  ['number', number],
  ['span', span],
  ['clock', clock],
  ['day', wordList(DAYS)],
  ['repeat', wordList(REPEATS)],
  ['all', wordList({ alle: true, sämtliche: true, beide: true, jede: true, jeden: true, 'alle beide': true })],
  [
    'everywhere',
    wordList({
      überall: true,
      'im haus': true,
      'im ganzen haus': true,
      'in allen räumen': true,
      'in allen zimmern': true,
    }),
  ],
  [
    'battery',
    wordList({
      batterie: true,
      batterien: true,
      batteriestand: true,
      akku: true,
      akkustand: true,
      ladestand: true,
      ladung: true,
      akkuladung: true,
      saft: true,
    }),
  ],
  ['everything', wordList({ alles: true, 'alle geräte': true })],
  ['degrees', wordList({ grad: true, '°': true })],
  ['measure', wordList(MEASURES)],
  ['air', wordList({ luft: 'carbon_dioxide' })],
  ['adjective', wordList(ADJECTIVES)],
  [
    'share',
    wordList({
      ...{ 'die hälfte': 50, hälfte: 50, halb: 50, maximum: 100, 'volle helligkeit': 100, minimum: 1 },
      ...{ 'ein viertel': 25, 'drei viertel': 75, maximal: 100, voll: 100 },
    }),
  ],
])
