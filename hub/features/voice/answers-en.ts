import type { HandoffFault } from '../sessions/handoff.ts'
import type { AnswerWords, SpokenAlarm, SpokenTimer, SpokenValue } from './answer-words.ts'

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = 'January February March April May June July August September October November December'.split(' ')

const UNITS: ReadonlyMap<string, string> = new Map([
  ['°C', 'degrees'],
  ['°F', 'degrees Fahrenheit'],
  ['%', 'percent'],
  ['ppm', 'parts per million'],
  ['lx', 'lux'],
  ['W', 'watts'],
  ['kW', 'kilowatts'],
  ['Wh', 'watt hours'],
  ['kWh', 'kilowatt hours'],
  ['hPa', 'hectopascals'],
  ['Pa', 'pascals'],
  ['V', 'volts'],
  ['A', 'amperes'],
  ['dBm', 'decibel milliwatts'],
])

const FAULTS: Readonly<Record<HandoffFault, string>> = {
  gone: 'is not there any more',
  elsewhere: 'is in another house',
  offline: 'cannot be reached',
  deaf: 'cannot both hear and speak',
  busy: 'is being spoken to by somebody else',
}

const STATES: ReadonlyMap<string, string> = new Map([
  ['unavailable', 'not reachable'],
  ['offline', 'not reachable'],
  ['online', 'online'],
])

/** Answers in English. */
export const EN_ANSWERS: AnswerWords = {
  notUnderstood: (heard) => `I did not understand. I heard: ${heard}.`,
  notForHere: () => 'I may not do that here.',
  failed: (why) => `That did not work: ${why}.`,
  time: (hour, minute) => `It is ${clock(hour, minute)}.`,
  date: ({ weekday, day, month, year, daysAhead }) =>
    `${daysAhead === 0 ? 'Today is' : daysAhead === 1 ? 'Tomorrow is' : 'That is'} ${WEEKDAYS[weekday]}, ${MONTHS[month - 1]} ${day}, ${year}.`,
  timerSet: (timer) =>
    timer.name === null
      ? `A timer of ${span(timer.durationMs ?? 0)} is set.`
      : `The timer ${timer.name} is set for ${span(timer.durationMs ?? 0)}.`,
  timersLeft: (timers) =>
    timers
      .map((timer) => `${capital(timerName(timer))} has ${timer.leftMs === 0 ? 'rung' : `${span(timer.leftMs)} left`}.`)
      .join(' '),
  noTimer: (name) => (name === null ? 'No timer is running.' : `No timer called ${name} is running.`),
  timersCancelled: (count) => (count === 1 ? 'The timer is cancelled.' : `${count} timers are cancelled.`),
  ringsUnheard: () => 'But this speaker is silent, so nobody will hear it.',
  whichTimer: (timers) => `Which one? There is ${listed(timers.map(timerName), 'and')}.`,
  alarmSet: (alarm, isClockKnown) =>
    `${capital(alarmName(alarm))} is set for ${moment(alarm)}.${isClockKnown ? '' : ' But I am not sure of my clock, so do not rely on it.'}`,
  alarms: (alarms) =>
    `${alarms.length === 1 ? 'One alarm is' : `${alarms.length} alarms are`} set: ${listed(alarms.map(alarmTold), 'and')}.`,
  noAlarm: () => 'No alarm is set.',
  alarmsCancelled: (count) => (count === 1 ? 'The alarm is cancelled.' : `${count} alarms are cancelled.`),
  alarmSkipped: (next) => `Left out once. The alarm rings again ${moment(next)}.`,
  whichAlarm: (alarms) => `Which one? There is one ${listed(alarms.map(alarmTold), 'and one')}.`,
  values: (values) => values.map(told).join(' '),
  noValue: (of) => `I know no value of ${of}.`,
  state: (name, state) => `${capital(name)} is ${STATES.get(state) ?? state}.`,
  unknownState: (name) => `I do not know how ${name} is.`,
  switched: (names, on) => `Switching ${listed(names, 'and')} ${on ? 'on' : 'off'}.`,
  opened: (names, open) => `${open ? 'Opening' : 'Closing'} ${listed(names, 'and')}.`,
  level: (names, value, unit) => `Setting ${listed(names, 'and')} to ${number(value)}${unitWords(unit, value)}.`,
  away: (names) => `${capital(listed(names, 'and'))} cannot be reached.`,
  notByVoice: (name) => `${capital(name)} is not switched by voice.`,
  whichThing: (names) => `Which one? There is ${listed(names, 'and')}.`,
  noThing: (of) => `I find nothing called ${of} that I can switch.`,
  noLight: (room) => (room === null ? 'I find no light here. Say which room.' : `I find no light in ${room}.`),
  stopped: () => 'OK.',
  nothingRings: () => 'Nothing is ringing.',
  noVolume: () => 'I cannot change the volume of this speaker.',
  volumeNow: (volume, before) =>
    volume === before && volume === 100
      ? 'I cannot speak any louder.'
      : volume === 0
        ? 'I am silent now.'
        : `Volume ${volume} percent.`,
  volumeKept: (least) => `I stay at ${least} percent, so that an emergency is heard.`,
  nothingSaid: () => 'I have not said anything yet.',
  whoAmI: (name, description) => `I am ${name}.${description === null ? '' : ` ${description}`}`,
  personaNow: (name) => `${name} speaks from now on.`,
  noSpeaker: () => 'I do not know which speaker is meant.',
  noTalk: () => 'There is no conversation that could go on elsewhere.',
  talkOnItsWay: () => 'The conversation is on its way already. Give me a second.',
  talkThere: (place) => `We are in ${place} already.`,
  noSpeakerIn: (place) => `I find no speaker called ${place}, or in a room of that name, that could hear you.`,
  whichSpeaker: (names) => `Which one? There is ${listed(names, 'and')}.`,
  cannotGoOn: (name, fault) => `We cannot go on there: ${name} ${FAULTS[fault]}.`,
  goesOn: (name) => `Going on at ${name}.`,
  nothingToTakeBack: () => 'No conversation has left here that I could take back.',
  tooLateToTakeBack: () => 'That is longer ago than ten seconds. Say where the conversation is to go on.',
  heardLast: (said) => `I heard: ${said}.`,
  heardNoWords: () => 'I have a recording of it, and no words.',
  heardNothing: () => 'I have kept nothing that was said here in the last ten minutes.',
  forgotten: () => 'It is forgotten: the words and the recording are gone.',
  remembered: () => 'I will remember that.',
  tooManyNotes: () => 'I can keep no more notes. Somebody has to have some forgotten first.',
  notes: (notes) => `You asked me to remember: ${notes.join('; ')}.`,
  noNotes: () => 'You asked me to remember nothing.',
  home: (names) => `${listed(names, 'and')} ${names.length === 1 ? 'is' : 'are'} at home.`,
  nobodyHome: () => 'Nobody is at home, as far as I know.',
  isHome: (name, home) => `${name} is ${home ? 'at home' : 'not at home'}.`,
  help: () =>
    'You can ask for the time and the date, how warm or how bright it is, and whether something is on. I set timers and alarms, switch lights and devices, and remember things for you.',
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function listed(names: readonly string[], and: string): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} ${and} ${last}`
}

function number(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 1, useGrouping: false })
}

function unitWords(unit: string, value: number): string {
  if (unit === '') return ''
  const words = UNITS.get(unit) ?? unit
  return ` ${Math.abs(value) === 1 && /^(degrees|watts|volts|amperes)$/.test(words) ? words.replace(/s$/, '') : words}`
}

function told({ name, value, unit, ageMs }: SpokenValue): string {
  const old = ageMs > 3_600_000 ? `, ${span(ageMs)} ago` : ''
  return `${capital(name)}: ${number(value)}${unitWords(unit, value)}${old}.`
}

/** `half past seven in the morning`. */
function clock(hour: number, minute: number): string {
  if (minute === 0 && hour === 12) return 'noon'
  if (minute === 0 && hour === 0) return 'midnight'
  const of = (h: number) => String(((h + 11) % 12) + 1)
  const part = hour < 12 ? 'AM' : 'PM'
  if (minute === 0) return `${of(hour)} ${part}`
  if (minute === 30) return `half past ${of(hour)} ${part}`
  if (minute === 15) return `a quarter past ${of(hour)} ${part}`
  return `${of(hour)}:${String(minute).padStart(2, '0')} ${part}`
}

function span(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  const [days, hours, minutes, rest] = [
    Math.floor(seconds / 86_400),
    Math.floor((seconds % 86_400) / 3_600),
    Math.floor((seconds % 3_600) / 60),
    seconds % 60,
  ]
  const parts = [
    counted(days, 'day'),
    counted(hours, 'hour'),
    counted(minutes, 'minute'),
    days + hours > 0 ? null : counted(rest, 'second'),
  ].filter((part) => part !== null)
  return parts.length === 0 ? 'no time' : listed(parts, 'and')
}

function counted(count: number, what: string): string | null {
  return count === 0 ? null : `${count} ${what}${count === 1 ? '' : 's'}`
}

function timerName({ name, durationMs }: SpokenTimer): string {
  return name === null ? `the timer of ${span(durationMs ?? 0)}` : `the timer ${name}`
}

function alarmName({ name }: SpokenAlarm): string {
  return name === null ? 'the alarm' : `the alarm ${name}`
}

function alarmTold(alarm: SpokenAlarm): string {
  return `${alarm.name === null ? '' : `${alarm.name} `}${moment(alarm)}`
}

/** `every weekday`, `every Monday and Tuesday`. */
function days(repeats: readonly number[]): string {
  const set = new Set(repeats)
  const isWeek = [1, 2, 3, 4, 5].every((day) => set.has(day))
  if (set.size === 7) return 'every day'
  if (set.size === 5 && isWeek) return 'every weekday'
  if (set.size === 2 && set.has(0) && set.has(6)) return 'every Saturday and Sunday'
  return `every ${listed(
    [...set].map((day) => WEEKDAYS[day] ?? ''),
    'and',
  )}`
}

function moment({ daysAhead, weekday, hour, minute, repeats }: SpokenAlarm): string {
  if (repeats !== null) return `${days(repeats)} at ${clock(hour, minute)}`
  const day =
    daysAhead === 0
      ? 'today'
      : daysAhead === 1
        ? 'tomorrow'
        : `${WEEKDAYS[weekday]}${daysAhead > 6 ? ' next week' : ''}`
  return `${day} at ${clock(hour, minute)}`
}
