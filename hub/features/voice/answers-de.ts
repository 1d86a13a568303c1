import type { HandoffFault } from '../sessions/handoff.ts'
import type { AnswerWords, SpokenAlarm, SpokenTimer, SpokenValue } from './answer-words.ts'

const WEEKDAYS = ['Sonntag', 'Montag', 'Dienstag', 'Mittwoch', 'Donnerstag', 'Freitag', 'Samstag']
const MONTHS = 'Januar Februar März April Mai Juni Juli August September Oktober November Dezember'.split(' ')
const HOURS = 'zwölf ein zwei drei vier fünf sechs sieben acht neun zehn elf'.split(' ')

const UNITS: ReadonlyMap<string, string> = new Map([
  ['°C', 'Grad'],
  ['°F', 'Grad Fahrenheit'],
  ['%', 'Prozent'],
  ['lx', 'Lux'],
  ['W', 'Watt'],
  ['kW', 'Kilowatt'],
  ['Wh', 'Wattstunden'],
  ['kWh', 'Kilowattstunden'],
  ['hPa', 'Hektopascal'],
  ['Pa', 'Pascal'],
  ['V', 'Volt'],
  ['A', 'Ampere'],
])

const FAULTS: Readonly<Record<HandoffFault, string>> = {
  gone: 'ist nicht mehr da',
  elsewhere: 'ist in einem anderen Haus',
  offline: 'ist nicht erreichbar',
  deaf: 'kann nicht hören und sprechen zugleich',
  busy: 'spricht gerade mit jemand anderem',
}

const STATES: ReadonlyMap<string, string> = new Map([
  ['on', 'an'],
  ['off', 'aus'],
  ['open', 'offen'],
  ['closed', 'geschlossen'],
  ['opening', 'dabei, sich zu öffnen'],
  ['closing', 'dabei, sich zu schließen'],
  ['locked', 'abgeschlossen'],
  ['unlocked', 'nicht abgeschlossen'],
  ['unavailable', 'nicht erreichbar'],
  ['offline', 'nicht erreichbar'],
  ['online', 'erreichbar'],
])

/** Answers in German. */
export const DE_ANSWERS: AnswerWords = {
  notUnderstood: (heard) => `Das habe ich nicht verstanden. Gehört habe ich: ${heard}.`,
  notForHere: () => 'Das darf ich hier nicht.',
  failed: (why) => `Das ging nicht: ${why}.`,
  time: (hour, minute) => `Es ist ${clock(hour, minute)}.`,
  date: ({ weekday, day, month, year, daysAhead }) =>
    `${daysAhead === 0 ? 'Heute ist' : daysAhead === 1 ? 'Morgen ist' : 'Das ist'} ${WEEKDAYS[weekday]}, der ${day}. ${MONTHS[month - 1]} ${year}.`,
  timerSet: (timer) =>
    `${timerName(timer)} ist gestellt${timer.name === null ? '' : ` auf ${span(timer.durationMs ?? 0)}`}.`,
  timersLeft: (timers) =>
    timers
      .map(
        (timer) => `${timerName(timer)} ${timer.leftMs === 0 ? 'ist abgelaufen' : `läuft noch ${span(timer.leftMs)}`}.`,
      )
      .join(' '),
  noTimer: (name) => (name === null ? 'Es läuft kein Timer.' : `Es läuft kein Timer namens ${name}.`),
  timersCancelled: (count) => (count === 1 ? 'Der Timer ist gelöscht.' : `${count} Timer sind gelöscht.`),
  ringsUnheard: () => 'Aber dieser Lautsprecher ist stumm, niemand wird es hören.',
  whichTimer: (timers) => `Welcher? Es gibt ${listed(timers.map(timerName), 'und')}.`,
  alarmSet: (alarm, isClockKnown) =>
    `${alarmName(alarm)} ist gestellt: ${moment(alarm)}.${isClockKnown ? '' : ' Aber ich bin mir meiner Uhr nicht sicher, verlass dich nicht darauf.'}`,
  alarms: (alarms) =>
    `${alarms.length === 1 ? 'Ein Wecker ist' : `${alarms.length} Wecker sind`} gestellt: ${listed(alarms.map(alarmTold), 'und')}.`,
  noAlarm: () => 'Es ist kein Wecker gestellt.',
  alarmsCancelled: (count) => (count === 1 ? 'Der Wecker ist gelöscht.' : `${count} Wecker sind gelöscht.`),
  alarmSkipped: (next) => `Einmal ausgelassen. Der Wecker klingelt wieder ${moment(next)}.`,
  whichAlarm: (alarms) => `Welcher? Es gibt einen ${listed(alarms.map(alarmTold), 'und einen')}.`,
  values: (values) => values.map(told).join(' '),
  noValue: (of) => `Ich kenne keinen Wert von ${of}.`,
  state: (name, state) => `${name}: ${STATES.get(state) ?? state}.`,
  unknownState: (name) => `Ich weiß nicht, wie es um ${name} steht.`,
  switched: (names, on) => `Ich schalte ${listed(names, 'und')} ${on ? 'ein' : 'aus'}.`,
  opened: (names, open) => `Ich ${open ? 'öffne' : 'schließe'} ${listed(names, 'und')}.`,
  level: (names, value, unit) => `Ich stelle ${listed(names, 'und')} auf ${number(value)}${unitWords(unit)}.`,
  away: (names) => `Nicht erreichbar: ${listed(names, 'und')}.`,
  notByVoice: (name) => `${name} wird nicht durch Sprache geschaltet.`,
  whichThing: (names) => `Was davon? Es gibt ${listed(names, 'und')}.`,
  noThing: (of) => `Ich finde nichts namens ${of}, das ich schalten kann.`,
  noLight: (room) =>
    room === null ? 'Hier finde ich kein Licht. Sag, in welchem Raum.' : `Ich finde kein Licht: ${room}.`,
  stopped: () => 'OK.',
  nothingRings: () => 'Es klingelt nichts.',
  noVolume: () => 'Die Lautstärke dieses Lautsprechers kann ich nicht ändern.',
  volumeNow: (volume, before) =>
    volume === before && volume === 100
      ? 'Lauter kann ich nicht.'
      : volume === 0
        ? 'Ich bin jetzt still.'
        : `Lautstärke ${volume} Prozent.`,
  volumeKept: (least) => `Ich bleibe bei ${least} Prozent, damit ein Notfall gehört wird.`,
  nothingSaid: () => 'Ich habe noch nichts gesagt.',
  whoAmI: (name, description) => `Ich bin ${name}.${description === null ? '' : ` ${description}`}`,
  personaNow: (name) => `Ab jetzt spricht ${name}.`,
  noSpeaker: () => 'Ich weiß nicht, welcher Lautsprecher gemeint ist.',
  noTalk: () => 'Es gibt kein Gespräch, das woanders weitergehen könnte.',
  talkOnItsWay: () => 'Das Gespräch ist schon unterwegs. Einen Moment.',
  talkThere: (place) => `Wir sind schon dort: ${place}.`,
  noSpeakerIn: (place) => `Ich finde keinen Lautsprecher, der dich hören könnte: ${place}.`,
  whichSpeaker: (names) => `Wo genau? Es gibt ${listed(names, 'und')}.`,
  cannotGoOn: (name, fault) => `Dort geht es nicht weiter: ${name} ${FAULTS[fault]}.`,
  goesOn: (name) => `Es geht weiter: ${name}.`,
  nothingToTakeBack: () => 'Es ist kein Gespräch von hier fortgegangen, das ich zurückholen könnte.',
  tooLateToTakeBack: () => 'Das ist länger her als zehn Sekunden. Sag, wo das Gespräch weitergehen soll.',
  heardLast: (said) => `Gehört habe ich: ${said}.`,
  heardNoWords: () => 'Ich habe eine Aufnahme davon, aber keine Worte.',
  heardNothing: () => 'Ich habe nichts behalten, was hier in den letzten zehn Minuten gesagt wurde.',
  forgotten: () => 'Das ist vergessen, die Worte und die Aufnahme sind weg.',
  remembered: () => 'Das merke ich mir.',
  tooManyNotes: () => 'Mehr kann ich mir nicht merken. Erst muss mich jemand etwas vergessen lassen.',
  notes: (notes) => `Gemerkt habe ich mir: ${notes.join('; ')}.`,
  noNotes: () => 'Ich sollte mir nichts merken.',
  home: (names) => `Zu Hause ${names.length === 1 ? 'ist' : 'sind'} ${listed(names, 'und')}.`,
  nobodyHome: () => 'Soweit ich weiß, ist niemand zu Hause.',
  isHome: (name, home) => `${name} ist ${home ? 'zu Hause' : 'nicht zu Hause'}.`,
  help: () =>
    'Du kannst nach Uhrzeit und Datum fragen, wie warm oder hell es ist, und ob etwas an ist. Ich stelle Timer und Wecker, schalte Licht und Geräte und merke mir etwas für dich.',
}

function listed(names: readonly string[], and: string): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} ${and} ${last}`
}

function number(value: number): string {
  return value.toLocaleString('de', { maximumFractionDigits: 1, useGrouping: false })
}

function unitWords(unit: string): string {
  return unit === '' ? '' : ` ${UNITS.get(unit) ?? unit}`
}

function told({ name, value, unit, ageMs }: SpokenValue): string {
  const old = ageMs > 3_600_000 ? `, vor ${spanDative(ageMs)}` : ''
  return `${name}: ${number(value)}${unitWords(unit)}${old}.`
}

/** `halb acht`, `Viertel nach sieben abends`. */
function clock(hour: number, minute: number): string {
  if (minute === 30) return `halb ${at(hour + 1)} ${part(hour)}`
  if (minute === 15) return `Viertel nach ${at(hour)} ${part(hour)}`
  if (minute === 45) return `Viertel vor ${at(hour + 1)} ${part(hour)}`
  return `${hour} Uhr${minute === 0 ? '' : ` ${minute}`}`
}

/** An hour behind a word: `halb eins`. */
function at(hour: number): string {
  return hour % 12 === 1 ? 'eins' : (HOURS[hour % 12] ?? '')
}

function part(hour: number): string {
  if (hour < 4 || hour >= 22) return 'nachts'
  if (hour < 11) return 'morgens'
  if (hour < 14) return 'mittags'
  return hour < 18 ? 'nachmittags' : 'abends'
}

function parts(ms: number, days: string): string[] {
  const seconds = Math.round(ms / 1_000)
  const [d, h, m, s] = [
    Math.floor(seconds / 86_400),
    Math.floor((seconds % 86_400) / 3_600),
    Math.floor((seconds % 3_600) / 60),
    seconds % 60,
  ]
  return [
    counted(d, 'Tag', days),
    counted(h, 'Stunde', 'Stunden'),
    counted(m, 'Minute', 'Minuten'),
    d + h > 0 ? null : counted(s, 'Sekunde', 'Sekunden'),
  ].filter((one) => one !== null)
}

function span(ms: number): string {
  return listed(parts(ms, 'Tage'), 'und') || 'keine Zeit'
}

function spanDative(ms: number): string {
  return listed(parts(ms, 'Tagen'), 'und')
    .replaceAll('1 Tag ', 'einem Tag ')
    .replaceAll(/\b1 (Stunde|Minute)/g, 'einer $1')
}

function counted(count: number, one: string, more: string): string | null {
  return count === 0 ? null : `${count} ${count === 1 ? one : more}`
}

function timerName({ name, durationMs }: SpokenTimer): string {
  return name === null ? `Der Timer auf ${span(durationMs ?? 0)}` : `Der Timer ${name}`
}

function alarmName({ name }: SpokenAlarm): string {
  return name === null ? 'Der Wecker' : `Der Wecker ${name}`
}

function alarmTold(alarm: SpokenAlarm): string {
  return `${alarm.name === null ? '' : `${alarm.name} `}${moment(alarm)}`
}

/** `jeden Werktag`, `jeden Montag und Dienstag`. */
function days(repeats: readonly number[]): string {
  const set = new Set(repeats)
  if (set.size === 7) return 'jeden Tag'
  if (set.size === 5 && [1, 2, 3, 4, 5].every((day) => set.has(day))) return 'jeden Werktag'
  return `jeden ${listed(
    [...set].map((day) => WEEKDAYS[day] ?? ''),
    'und',
  )}`
}

function moment({ daysAhead, weekday, hour, minute, repeats }: SpokenAlarm): string {
  if (repeats !== null) return `${days(repeats)} um ${clock(hour, minute)}`
  const day =
    daysAhead === 0
      ? 'heute'
      : daysAhead === 1
        ? 'morgen'
        : `am ${WEEKDAYS[weekday]}${daysAhead > 6 ? ' in einer Woche' : ''}`
  return `${day} um ${clock(hour, minute)}`
}
