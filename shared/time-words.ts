/** What a JavaScript date can hold, milliseconds. */
const LATEST = 8.64e15

const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000

/** `2026-11-27 14:05:33` in the zone of this process; `offsetOf` says which that is. */
export function localTime(ms: number): string {
  if (!(Math.abs(ms) <= LATEST)) return String(ms)
  const date = new Date(ms)
  const two = (number: number) => String(number).padStart(2, '0')
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** The zone of this process at a time: `+01:00`, or `UTC`. */
export function offsetOf(ms: number): string {
  const minutes = Math.abs(ms) <= LATEST ? -new Date(ms).getTimezoneOffset() : 0
  if (minutes === 0) return 'UTC'
  const two = (number: number) => String(Math.floor(Math.abs(number))).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
}

/** `2026-11-27 14:05:33 +01:00`: for a line that must be understood later and elsewhere. */
export function zonedTime(ms: number): string {
  return `${localTime(ms)} ${offsetOf(ms)}`
}

/** For a glance: `just now`, `12 s ago`, `in 9 min`, and the time itself to the minute where that is more than an hour away. */
export function timeWords(ms: number, now: number): string {
  const away = Math.abs(now - ms)
  if (!(away < HOUR)) return `${localTime(ms).slice(0, 16)} ${offsetOf(ms)}`
  if (away < 1_000) return 'just now'
  if (ms <= now) return `${durationWords(away)} ago`
  // What was given ten minutes is shown a moment later, and has not lost one.
  return `in ${durationWords(away < MINUTE ? away : Math.round(away / MINUTE) * MINUTE)}`
}

/** A span of time with the two units that matter: `250 ms`, `12 s`, `4 min`, `2 h 5 min`, `3 d 4 h`. */
export function durationWords(ms: number): string {
  const span = Math.abs(ms)
  const sign = ms < 0 ? '-' : ''
  if (span === 0) return '0 s'
  if (span < 1_000) return `${sign}${Math.round(span)} ms`
  if (span < MINUTE) return `${sign}${trimmed(span / 1_000)} s`
  if (span < HOUR) return `${sign}${Math.floor(span / MINUTE)} min`
  if (span < DAY) return sign + two(span, [HOUR, 'h'], [MINUTE, 'min'])
  return sign + two(span, [DAY, 'd'], [HOUR, 'h'])
}

function two(span: number, [large, name]: [number, string], [small, rest]: [number, string]): string {
  const whole = Math.floor(span / large)
  const left = Math.floor((span - whole * large) / small)
  return left === 0 ? `${whole} ${name}` : `${whole} ${name} ${left} ${rest}`
}

function trimmed(seconds: number): string {
  return seconds < 10 ? String(Math.floor(seconds * 10) / 10) : String(Math.floor(seconds))
}

/** `1.4 MB`. */
export function bytesWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (Math.abs(value) >= 1_000 && unit < units.length - 1) {
    value /= 1_000
    unit += 1
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}
