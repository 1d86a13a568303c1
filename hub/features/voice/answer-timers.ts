import { wallMoment, wallTime } from '../../../shared/wall-time.ts'
import type { SpokenTime } from '../../language/spoken-times.ts'
import { foldWord, joinedWords } from '../../language/words.ts'
import { wantedOf } from '../control/desired-state.ts'
import { volumeOf } from '../control/device-volume.ts'
import { REPEAT_DAYS } from '../timers/repeats.ts'
import { cancelTimers, setAlarm, setRepeating, setTimer, skipAlarm } from '../timers/set-timer.ts'
import { LONGEST_TIMER_MS, openTimerRows, type TimerRow } from '../timers/timer-rows.ts'
import { nextWall } from '../timers/wanted-moment.ts'
import { daysOf, weekdayAt } from './answer-clock.ts'
import type { SpokenAlarm, SpokenTimer } from './answer-words.ts'
import { type Answer, numberSlot, type VoiceAsked, wordSlot } from './asked.ts'

const DAY_MS = 86_400_000

/** Days that come again, as a language says them. */
interface SpokenRepeat {
  /** `mon,tue`. */
  days: string
  isEvening?: boolean
}

/** The longest name of a timer that is kept. */
const LONGEST_NAME = 100

export function answerTimerSet(asked: VoiceAsked): Answer {
  const { context, words } = asked
  const span = numberSlot(asked, 'span') ?? 0
  if (span < 1_000 || span > LONGEST_TIMER_MS) return { text: words.notUnderstood(asked.slots.span?.heard ?? '') }
  const row = setTimer(context, placeOf(asked), span, context.caller.principal)
  return { text: heard(asked, words.timerSet(spokenTimer(row, context.now))), done: [`timer ${row.id} set`] }
}

export function answerTimerLeft(asked: VoiceAsked): Answer {
  const { words, context } = asked
  const all = openOf(asked, 'timer')
  const meant = named(asked, all)
  if (meant.length === 0) return { text: words.noTimer(all.length === 0 ? null : wordSlot(asked, 'name')) }
  return { text: words.timersLeft(meant.map((row) => spokenTimer(row, context.now))) }
}

export function answerTimerCancel(asked: VoiceAsked): Answer {
  const { words, slots, context } = asked
  const all = openOf(asked, 'timer')
  const span = numberSlot(asked, 'span')
  const meant = span === null ? named(asked, all) : all.filter((row) => row.duration_ms === span)
  if (meant.length === 0) return { text: words.noTimer(wordSlot(asked, 'name')) }
  if (meant.length > 1 && slots.all === undefined)
    return { text: words.whichTimer(meant.map((row) => spokenTimer(row, context.now))) }
  return ended(asked, meant, words.timersCancelled(meant.length))
}

export function answerAlarmSet(asked: VoiceAsked): Answer {
  const { context, house, words } = asked
  if (asked.slots.repeat !== undefined) return repeating(asked)
  const wall = wantedWall(asked)
  if (wall === null) return { text: words.notUnderstood(asked.slots.clock?.heard ?? '') }
  const row = setAlarm(context, placeOf(asked), { wall, zone: house.zone }, context.caller.principal)
  return {
    text: heard(asked, words.alarmSet(spokenAlarm(row, asked), context.clockSynced !== false)),
    done: [`alarm ${row.id} set`],
  }
}

export function answerAlarmList(asked: VoiceAsked): Answer {
  const { words } = asked
  const alarms = onDay(asked, openOf(asked, 'alarm'), true)
  return { text: alarms.length === 0 ? words.noAlarm() : words.alarms(alarms.map((row) => spokenAlarm(row, asked))) }
}

export function answerAlarmCancel(asked: VoiceAsked): Answer {
  const { words, slots } = asked
  const at = slots.clock?.value as SpokenTime | undefined
  const meant = onDay(asked, named(asked, openOf(asked, 'alarm'))).filter((row) => at === undefined || isAt(row, at))
  if (meant.length === 0) return { text: words.noAlarm() }
  if (meant.length > 1 && slots.all === undefined)
    return { text: words.whichAlarm(meant.map((row) => spokenAlarm(row, asked))) }
  const [only] = meant
  // Who needs no alarm tomorrow needs it the day after.
  if (only?.repeats != null && meant.length === 1 && slots.day !== undefined && only.state === 'waiting')
    return skipped(asked, only)
  return ended(asked, meant, words.alarmsCancelled(meant.length))
}

/** With the warning that nobody will hear it, where its speaker is silent. */
function heard({ context, words, device }: VoiceAsked, text: string): string {
  const volume = device === null ? null : volumeOf(context.db, device.id, wantedOf(context.db, device.id).volume)
  return volume === 0 ? `${text} ${words.ringsUnheard()}` : text
}

/** On each of the days that were said, at the time that was said, or in the evening where that was said. */
function repeating(asked: VoiceAsked): Answer {
  const { context, house, words, slots } = asked
  const said = slots.repeat?.value as SpokenRepeat | undefined
  const at = slots.clock?.value as SpokenTime | undefined
  if (at === undefined || said === undefined) return { text: words.notUnderstood(slots.repeat?.heard ?? '') }
  const hour = at.isHalfDay && said.isEvening === true ? (at.hour % 12) + 12 : at.hour
  const clock = `${String(hour).padStart(2, '0')}:${String(at.minute).padStart(2, '0')}`
  const row = setRepeating(
    context,
    placeOf(asked),
    { repeat: { days: said.days, clock }, zone: house.zone },
    context.caller.principal,
  )
  return {
    text: heard(asked, words.alarmSet(spokenAlarm(row, asked), context.clockSynced !== false)),
    done: [`alarm ${row.id} set`],
  }
}

/** What rings at the one that was spoken to, or anywhere where nobody in particular was. */
export function answerStop(asked: VoiceAsked): Answer {
  const { context, house, words, device } = asked
  const rings = openTimerRows(context.db, house.id).filter(
    (row) => row.state === 'ringing' && (device === null || row.device === device.id || row.device === null),
  )
  if (rings.length === 0) return { text: words.nothingRings() }
  return ended(asked, rings, words.stopped(rings.length))
}

function skipped(asked: VoiceAsked, row: TimerRow): Answer {
  const next = skipAlarm(asked.context, row, asked.context.caller.principal)
  const text =
    next === null
      ? asked.words.alarmsCancelled(1)
      : asked.words.alarmSkipped(spokenAlarm({ ...next, repeats: null }, asked))
  return { text, done: [`alarm ${row.id} left out`] }
}

function ended({ context }: VoiceAsked, rows: readonly TimerRow[], text: string): Answer {
  cancelTimers(context, rows, context.caller.principal)
  return { text, done: rows.map(({ kind, id }) => `${kind} ${id} ended`) }
}

function placeOf(asked: VoiceAsked): { house: string; device: string | null; name: string | null } {
  const name = wordSlot(asked, 'name')
  return {
    house: asked.house.id,
    device: asked.device?.id ?? null,
    name: name === null || name.length > LONGEST_NAME ? null : name,
  }
}

/** Those of the one that was spoken to come first; where it has none, those of the house. */
function openOf({ context, house, device }: VoiceAsked, kind: TimerRow['kind']): TimerRow[] {
  const all = openTimerRows(context.db, house.id).filter((row) => row.kind === kind)
  const own = all.filter((row) => row.device === device?.id)
  return own.length > 0 ? own : all
}

/** Those that are called as was said; all where nothing was. */
function named(asked: VoiceAsked, rows: readonly TimerRow[]): TimerRow[] {
  const name = wordSlot(asked, 'name')
  if (name === null) return [...rows]
  const key = joinedWords(name)
  return rows.filter((row) => row.name !== null && (joinedWords(row.name) === key || foldWord(row.name) === key))
}

/** Those of the day that was said; `isLater`: also those that come again on it, and on another day before. */
function onDay(asked: VoiceAsked, rows: readonly TimerRow[], isLater = false): TimerRow[] {
  const { context, house, slots } = asked
  const ahead = daysOf(slots.day?.value, weekdayAt(context.now, house.zone))
  if (ahead === null) return [...rows]
  const day = REPEAT_DAYS[(weekdayAt(context.now, house.zone) + ahead) % 7] ?? ''
  return rows.filter((row) => {
    const { daysAhead } = spokenAlarm(row, asked)
    return daysAhead === ahead || (isLater && daysAhead < ahead && row.repeats?.split(',').includes(day) === true)
  })
}

function isAt({ wall_time }: TimerRow, { hour, minute, isHalfDay }: SpokenTime): boolean {
  const at = wall_time?.replace(/^.*T/, '')
  const told = (h: number) => `${String(h % 24).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
  return at === told(hour) || (isHalfDay && at === told(hour + 12))
}

/**
 * What the clock on the wall shows when it is to ring. A time that may be in either half of the day is the next of both; with a day it
 * is the one that was said, in the evening where that was said. `null`: it is over already.
 */
function wantedWall({ context, house, slots }: VoiceAsked): string | null {
  const { now } = context
  const at = slots.clock?.value as SpokenTime | undefined
  if (!at) return null
  const { hour, minute, isHalfDay } = at
  const day = slots.day?.value
  const isEvening = day === 'evening' || day === 'tonight'
  const later = isHalfDay ? (hour % 12) + 12 : hour
  const ahead = daysOf(day, weekdayAt(now, house.zone))
  if (ahead === null || (ahead === 0 && !isEvening)) {
    const both = [hour === 12 && isHalfDay ? 0 : hour, later].map((h) => {
      const wall = nextWall({ hour: h, minute, ...(ahead === null ? {} : { daysAhead: 0 }) }, now, house.zone)
      return { wall, moment: momentOf(wall, house.zone) }
    })
    const coming = both.filter(({ moment }) => moment > now).sort((one, other) => one.moment - other.moment)
    if (coming[0] || typeof day !== 'string') return coming[0]?.wall ?? null
    // It is that weekday today, and the time is over: in a week.
    return nextWall({ hour, minute, daysAhead: 7 }, now, house.zone)
  }
  const meant = isEvening ? later : hour
  const wall = nextWall({ hour: meant, minute, daysAhead: ahead }, now, house.zone)
  return momentOf(wall, house.zone) > now ? wall : null
}

function momentOf(wall: string, zone: string): number {
  return wallMoment(Date.parse(`${wall}:00Z`), zone)
}

function spokenTimer({ name, rings_at, duration_ms, state }: TimerRow, now: number): SpokenTimer {
  return { name, durationMs: duration_ms, leftMs: state === 'ringing' ? 0 : Math.max(0, rings_at - now) }
}

/** 0 is Sunday. */
function dayOfWeek(day: string): number {
  return (REPEAT_DAYS as readonly string[]).indexOf(day)
}

function spokenAlarm({ name, rings_at, repeats }: TimerRow, { context, house }: VoiceAsked): SpokenAlarm {
  const at = wallTime(rings_at, house.zone)
  const today = wallTime(context.now, house.zone)
  const dayOf = ({ year, month, day }: typeof at) => Date.UTC(year, month - 1, day) / DAY_MS
  return {
    name,
    daysAhead: dayOf(at) - dayOf(today),
    weekday: new Date(dayOf(at) * DAY_MS).getUTCDay(),
    hour: at.hour,
    minute: at.minute,
    repeats: repeats === null ? null : repeats.split(',').map(dayOfWeek),
  }
}
