import { alarmWords } from '../../../shared/alarm-words.ts'
import { cutText } from '../../../shared/cut-text.ts'
import { ALARMS_SHOWN } from '../../../shared/messages/status.ts'
import { zonedTime } from '../../../shared/time-words.ts'
import { isLevel } from '../../../shared/topics.ts'
import type { Context } from '../../engine/context.ts'
import type { ProblemCode } from '../../engine/health-problem.ts'
import { type OpenAlarm, openAlarms } from './open-alarms.ts'

type Telling = Pick<Context, 'db' | 'topics' | 'effect'>

interface Row {
  name: string
  status: string
  status_reason: string
  status_since: number
}

/** What the hub's health calls the problems of a device. */
const PROBLEMS: readonly { code: ProblemCode; has: (alarm: OpenAlarm) => boolean }[] = [
  { code: 'identity_shared', has: ({ type }) => type === 'identity_shared' },
  { code: 'device_alarm', has: ({ type }) => type !== 'identity_shared' },
]

/** Tells everybody who looks how a device is: its retained status. Nothing of a device that was revoked, or whose id can stand on no topic. */
export function tellStatus(context: Telling, device: string): void {
  const row = rowOf(context, device)
  if (!row || !isLevel(device)) return
  const alarms = openAlarms(context.db, device, ALARMS_SHOWN).map((alarm) => ({
    ...alarm,
    description: cutText(alarm.description, 300),
  }))
  const payload = {
    status: row.status,
    since: row.status_since,
    reason: row.status_reason,
    ...(alarms.length === 0 ? {} : { alarms }),
  }
  const topic = context.topics.build('status', { device })
  context.effect({ kind: 'publish', topic, payload: JSON.stringify(payload), qos: 1, retain: true })
}

/** Tells the hub's health what is wrong with a device, or that nothing is. */
export function tellProblems(context: Telling, device: string): void {
  const row = rowOf(context, device)
  const open = row ? openAlarms(context.db, device, ALARMS_SHOWN) : []
  for (const { code, has } of PROBLEMS) {
    const words = open.filter(has).map((alarm) => `${alarmWords(alarm)} (since ${zonedTime(alarm.since)})`)
    const message = `${row?.name} (${device}): ${words.join('; ')}`
    const problem = words.length === 0 ? null : { code, message }
    context.effect({ kind: 'problem', name: `${code}:${device}`, problem })
  }
}

function rowOf({ db }: Telling, device: string): Row | undefined {
  return db
    .prepare('SELECT name, status, status_reason, status_since FROM devices WHERE id = ? AND revoked_at IS NULL')
    .get(device) as Row | undefined
}
