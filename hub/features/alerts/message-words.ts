import { cutText } from '../../../shared/cut-text.ts'
import { durationWords } from '../../../shared/time-words.ts'
import type { AlertRow } from './alert-row.ts'
import type { AlertMessage, ToldWay } from './message-job.ts'
import { ALERT_SEVERITIES, type AlertSeverity, ruleKind } from './rule-kinds.ts'

/** One alert in a message. */
export interface SaidAlert {
  what: ToldWay
  alert: AlertRow
  /** Its house, where the hub has several. */
  house: string | null
  /** Of its house. */
  zone: string
}

/** So many of one kind stand in lines of their own; more are one line. */
const LINES = 3
const NAMES = 8
const IN_PAYLOAD = 50
const TITLE_LENGTH = 120
const NAMES_LENGTH = 600
const TEXT_LENGTH = 3_000

/** The words of a message for people, and what programs are told. */
export function composeMessage(
  all: readonly SaidAlert[],
  { target, now }: { target: string; now: number },
): AlertMessage {
  const sorted = [...all].sort(bySeriousness)
  const groups = [...Map.groupBy(sorted, ({ what, alert }) => `${what} ${alert.kind}`).values()]
  return {
    target,
    title: cutText(titleOf(sorted, groups), TITLE_LENGTH),
    text: cutText(groups.flatMap((group) => linesOf(group, now)).join('\n'), TEXT_LENGTH),
    weight: weightOf(sorted),
    at: now,
    alerts: sorted.filter((_, at) => at < IN_PAYLOAD).map(forPrograms),
    more: Math.max(0, sorted.length - IN_PAYLOAD),
  }
}

function titleOf(all: readonly SaidAlert[], groups: readonly (readonly SaidAlert[])[]): string {
  const [first] = all
  const [only, ...others] = groups
  if (first === undefined || only === undefined) return 'Nothing is wrong'
  if (all.length === 1) return sentence(first)
  if (others.length === 0) return manyOf(only)
  const over = all.filter(({ what }) => what === 'ended').length
  const wrong = all.length - over
  const words = [
    ...(wrong === 0 ? [] : [wrong === 1 ? 'One thing is wrong' : `${wrong} things are wrong`]),
    ...(over === 0 ? [] : [over === 1 ? 'one is over' : `${over} are over`]),
  ]
  return capital(words.join(', '))
}

function linesOf(group: readonly SaidAlert[], now: number): string[] {
  if (group.length <= LINES) return group.map((one) => `${sentence(one)}${timesOf(one, now)}`)
  const names = [...new Set(group.map(({ alert, house }) => inHouse(alert.name, house)))].sort((a, b) =>
    a.localeCompare(b, 'en'),
  )
  const shown = names.filter((_, at) => at < NAMES)
  const more = names.length - shown.length
  const list = cutText(shown.join(', '), NAMES_LENGTH)
  return [`${manyOf(group)}: ${list}${more === 0 ? '' : ` and ${more} more`}`]
}

function manyOf(group: readonly SaidAlert[]): string {
  const [first] = group
  const words = ruleKind(first?.alert.kind ?? '')?.many(group.length) ?? `${group.length} things are wrong`
  return capital(`${BEFORE[first?.what ?? 'raised']}${words}`)
}

const BEFORE: Readonly<Record<ToldWay, string>> = {
  raised: '',
  again: 'still: ',
  flapping: 'this comes and goes: ',
  ended: 'over: ',
  test: '',
}

function sentence({ what, alert, house }: SaidAlert): string {
  const words = what === 'ended' ? (alert.ended_says ?? `over: ${alert.says}`) : `${BEFORE[what]}${alert.says}`
  return capital(inHouse(words, house))
}

function timesOf({ what, alert, zone }: SaidAlert, now: number): string {
  const since = clockTime(alert.raised_at, now, zone)
  if (what === 'ended') return ` (from ${since} to ${clockTime(alert.ended_at ?? now, now, zone)})`
  const lasts = Math.max(0, now - alert.raised_at)
  return lasts < 120_000 ? ` (${since})` : ` (since ${since}, ${durationWords(lasts)})`
}

/** `14:05`, with its day where that is not today. */
export function clockTime(at: number, now: number, zone: string): string {
  const day = (ms: number) => format(ms, zone, { day: 'numeric', month: 'short' })
  const time = format(at, zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  return day(at) === day(now) ? time : `${day(at)} ${time}`
}

function format(ms: number, timeZone: string, options: Intl.DateTimeFormatOptions): string {
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone }).format(ms)
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(ms)
  }
}

function forPrograms({ what, alert, house }: SaidAlert): AlertMessage['alerts'][number] {
  const { id, rule, severity, name, says, device_id: device, raised_at, ended_at } = alert
  return { id, what, rule, severity, name: cutText(name, 500), says, house, device, raised_at, ended_at }
}

function weightOf(all: readonly SaidAlert[]): AlertMessage['weight'] {
  const wrong = all.filter(({ what }) => what !== 'ended')
  return wrong.length === 0 ? 'over' : worst(wrong.map(({ alert }) => alert.severity))
}

export function worst(severities: readonly AlertSeverity[]): AlertSeverity {
  return ALERT_SEVERITIES.findLast((severity) => severities.includes(severity)) ?? 'info'
}

/** What is wrong before what is over, the most serious first, the rest by name. */
function bySeriousness(one: SaidAlert, other: SaidAlert): number {
  const isOver = Number(one.what === 'ended') - Number(other.what === 'ended')
  const weight = ALERT_SEVERITIES.indexOf(other.alert.severity) - ALERT_SEVERITIES.indexOf(one.alert.severity)
  return isOver || weight || one.alert.name.localeCompare(other.alert.name, 'en') || one.alert.id - other.alert.id
}

function inHouse(words: string, house: string | null): string {
  return house === null ? words : `${words} (${house})`
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
