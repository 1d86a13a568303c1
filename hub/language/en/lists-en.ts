import { type ReadList, wordList } from '../lists.ts'
import { numberReader } from '../spoken-numbers.ts'
import { spanReader } from '../spoken-spans.ts'
import { timeReader } from '../spoken-times.ts'
import { EN_NUMBERS } from './numbers-en.ts'

const number = numberReader(EN_NUMBERS)
const MIN = 60_000
const HOUR = 3_600_000

const evening = (hour: number) => (hour < 12 ? hour + 12 : hour)
const morning = (hour: number) => hour % 12

const span = spanReader({
  number,
  units: {
    ...{ second: 1_000, seconds: 1_000, sec: 1_000, secs: 1_000, s: 1_000 },
    ...{ minute: MIN, minutes: MIN, min: MIN, mins: MIN, hour: HOUR, hours: HOUR, hr: HOUR, hrs: HOUR, h: HOUR },
  },
  whole: {
    ...{ 'half an hour': HOUR / 2, 'half a minute': MIN / 2, 'half hour': HOUR / 2, 'a half hour': HOUR / 2 },
    ...{ 'a quarter of an hour': HOUR / 4, 'quarter of an hour': HOUR / 4, 'a quarter hour': HOUR / 4 },
    ...{ 'three quarters of an hour': (HOUR * 3) / 4, 'a minute': MIN, 'an hour': HOUR },
  },
  ...{ and: 'and', half: 'and a half' },
})

const clock = timeReader({
  number,
  clock: ["o'clock", 'oclock', 'o clock'],
  named: { noon: { hour: 12, minute: 0 }, midday: { hour: 12, minute: 0 }, midnight: { hour: 0, minute: 0 } },
  before: {
    ...{ 'half past': 30, half: 30, 'quarter past': 15, 'a quarter past': 15, 'quarter after': 15 },
    ...{ 'quarter to': -15, 'a quarter to': -15, 'quarter of': -15, 'quarter till': -15 },
  },
  between: { past: 1, after: 1, to: -1, before: -1, till: -1 },
  minutes: ['minutes', 'minute'],
  dayParts: {
    ...{ am: morning, pm: evening, 'in the morning': morning, 'in the evening': evening, 'this evening': evening },
    ...{ 'in the afternoon': evening, 'this afternoon': evening, 'this morning': morning, tonight: evening },
    'at night': (hour) => (hour >= 6 && hour < 12 ? hour + 12 : hour % 12),
  },
  isClockOf24: false,
})

const DAYS = {
  ...{ today: 0, tonight: 'tonight', tomorrow: 1, 'the day after tomorrow': 2, 'day after tomorrow': 2 },
  ...{
    'this evening': 'tonight',
    'this afternoon': 'tonight',
    'tomorrow morning': 'morning',
    'tomorrow evening': 'evening',
  },
  ...{ 'tomorrow afternoon': 'evening', 'tomorrow night': 'evening' },
  ...{
    sunday: 'sun',
    monday: 'mon',
    tuesday: 'tue',
    wednesday: 'wed',
    thursday: 'thu',
    friday: 'fri',
    saturday: 'sat',
  },
}

const WEEK = 'mon,tue,wed,thu,fri'
const WHOLE_WEEK = `${WEEK},sat,sun`
const DAY_NAMES = {
  sunday: 'sun',
  monday: 'mon',
  tuesday: 'tue',
  wednesday: 'wed',
  thursday: 'thu',
  friday: 'fri',
  saturday: 'sat',
}

/** Days on which something comes again. */
const REPEATS: Record<string, { days: string; isEvening?: boolean }> = {
  ...{ 'every day': { days: WHOLE_WEEK }, daily: { days: WHOLE_WEEK }, 'each day': { days: WHOLE_WEEK } },
  ...{ everyday: { days: WHOLE_WEEK }, 'every morning': { days: WHOLE_WEEK }, 'each morning': { days: WHOLE_WEEK } },
  ...{ 'every evening': { days: WHOLE_WEEK, isEvening: true }, 'every night': { days: WHOLE_WEEK, isEvening: true } },
  ...{ 'every weekday': { days: WEEK }, 'on weekdays': { days: WEEK }, weekdays: { days: WEEK } },
  ...{ 'every weekday morning': { days: WEEK }, 'every working day': { days: WEEK }, 'every workday': { days: WEEK } },
  ...{ 'on workdays': { days: WEEK }, 'monday to friday': { days: WEEK }, 'from monday to friday': { days: WEEK } },
  ...{ 'every weekend': { days: 'sat,sun' }, 'on weekends': { days: 'sat,sun' }, 'at weekends': { days: 'sat,sun' } },
  ...Object.fromEntries(
    Object.entries(DAY_NAMES).flatMap(([name, days]) =>
      [`every ${name}`, `each ${name}`, `on ${name}s`, `every ${name} morning`].map((said) => [said, { days }]),
    ),
  ),
}

const MEASURES = {
  ...{ temperature: 'temperature', temp: 'temperature', humidity: 'humidity', 'air humidity': 'humidity' },
  ...{ moisture: 'humidity', co2: 'carbon_dioxide', 'carbon dioxide': 'carbon_dioxide', 'c o 2': 'carbon_dioxide' },
  ...{ 'co 2': 'carbon_dioxide', 'co two': 'carbon_dioxide', 'c o two': 'carbon_dioxide' },
  ...{ 'air quality': 'carbon_dioxide', brightness: 'illuminance', 'light level': 'illuminance' },
  ...{ illuminance: 'illuminance', power: 'power', 'power consumption': 'power', wattage: 'power' },
  ...{ 'power usage': 'power', energy: 'energy', 'energy consumption': 'energy', pressure: 'pressure' },
  ...{ 'air pressure': 'pressure', voltage: 'voltage' },
  ...{ current: 'current', noise: 'sound_level', 'signal strength': 'signal_strength' },
}

/** How something is, and what tells so. */
const ADJECTIVES = {
  ...{ warm: 'temperature', hot: 'temperature', cold: 'temperature', cool: 'temperature', humid: 'humidity' },
  ...{ damp: 'humidity', dry: 'humidity', moist: 'humidity', bright: 'illuminance', dark: 'illuminance' },
  ...{ light: 'illuminance', stuffy: 'carbon_dioxide' },
}

export const EN_LISTS: ReadonlyMap<string, ReadList> = new Map([
  ['number', number],
  ['span', span],
  ['clock', clock],
  ['day', wordList(DAYS)],
  ['repeat', wordList(REPEATS)],
  ['all', wordList({ all: true, every: true, both: true, any: true, 'all of': true })],
  [
    'everywhere',
    wordList({ everywhere: true, 'in the house': true, 'in the whole house': true, 'in every room': true }),
  ],
  [
    'battery',
    wordList({
      battery: true,
      batteries: true,
      'battery level': true,
      charge: true,
      charging: true,
      'battery status': true,
    }),
  ],
  ['everything', wordList({ everything: true, 'all devices': true, 'everything electric': true })],
  ['degrees', wordList({ degrees: true, degree: true, '°': true })],
  ['measure', wordList(MEASURES)],
  ['air', wordList({ air: 'carbon_dioxide' })],
  ['adjective', wordList(ADJECTIVES)],
  [
    'share',
    wordList({
      ...{ half: 50, halfway: 50, 'half way': 50, maximum: 100, max: 100, full: 100, 'full brightness': 100 },
      ...{ minimum: 1, 'a quarter': 25, 'three quarters': 75, 'fifty fifty': 50 },
    }),
  ],
])
