/** A line of the log of an agent, as it is shown. */
export interface LogLine {
  /** Wall clock of the device; `null` where the line does not say it. */
  at: number | null
  level: 'debug' | 'info' | 'warn' | 'error'
  part: string
  says: string
  /** What stands beside it, as `name=value`. */
  beside: string
}

const LEVELS = new Map<unknown, LogLine['level']>([
  [20, 'debug'],
  [30, 'info'],
  [40, 'warn'],
  [50, 'error'],
])
const ELSEWHERE = new Set(['level', 'time', 'msg', 'part'])

/** Reads a line of pino's. One that is none, because it was cut or came from elsewhere, is shown as it is. */
export function readLogLine(line: string): LogLine {
  const fields = parsed(line)
  if (fields === null) return { at: null, level: 'info', part: '', says: line, beside: '' }
  const beside = Object.entries(fields)
    .filter(([name]) => !ELSEWHERE.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return {
    at: typeof fields.time === 'number' && Math.abs(fields.time) <= 8.64e15 ? fields.time : null,
    level: LEVELS.get(fields.level) ?? 'info',
    part: String(fields.part ?? ''),
    says: String(fields.msg ?? ''),
    beside: beside.join(' '),
  }
}

function parsed(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
