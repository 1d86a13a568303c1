import { alarmWords } from '../../shared/alarm-words.ts'
import { timeWords } from '../../shared/time-words.ts'
import { type AnswerReader, type MakePage, present } from './page.ts'

/** `lares devices show`: how the device is and what is wrong with it, what it is, its sensors, and its last heartbeat. */
export const devicePage: MakePage = (answer, _schema, now) => ({
  head: { lines: [stateLine(answer, now), ...wrongWith(answer, now)], colour: colourOf(answer) },
  data: present({
    id: answer.text('device.id'),
    'last seen': answer.number('device.last_seen'),
    'last error': answer.text('device.last_error'),
    model: answer.text('device.detected_model'),
    type: answer.text('device.device_type'),
    'connected by': answer.text('device.integration_type'),
    agent: answer.text('device.agent_version'),
    upgrade: answer.text('device.upgrade'),
    'can do': listed(answer.at('device.capabilities')),
    'found by': foundBy(answer),
    'made known': answer.number('device.created_at'),
    'shut out': answer.number('device.revoked_at'),
    house: answer.text('device.house') ?? answer.text('device.house_id'),
    room: answer.text('device.room'),
    group: answer.text('device.group'),
    owner: answer.text('device.owner'),
    'carried by': answer.text('device.carried_by'),
    is: answer.text('device.user_description'),
    stands: answer.text('device.location'),
    persona: answer.text('persona'),
    settings: nonEmpty(answer.list('settings')),
    sensors: sensorsOf(answer),
    'more of them': moreOf(answer),
    'connected through it': nonEmpty(answer.list('hub_devices')),
    'last heartbeat': heartbeatOf(answer),
  }),
  schema: {
    properties: {
      'last seen': { format: 'time' },
      'made known': { format: 'time' },
      'shut out': { format: 'time' },
      sensors: {
        items: {
          properties: { name: {}, state: {}, details: {}, unit: {}, id: { format: 'id' }, type: {}, there: {} },
        },
      },
    },
  },
})

/** How it became known, and how sure it is what it is where that is a guess. */
function foundBy(answer: AnswerReader): string | null {
  const method = answer.text('device.discovery_method')?.replaceAll('_', ' ') ?? null
  const sure = answer.number('device.discovery_confidence') ?? 1
  return method === null || sure >= 1 ? method : `${method} (${Math.round(sure * 100)} % sure what it is)`
}

function nonEmpty(rows: Record<string, unknown>[]): Record<string, unknown>[] | null {
  return rows.length === 0 ? null : rows
}

function colourOf(answer: AnswerReader): 'green' | 'yellow' {
  return answer.at('device.is_online') === true && answer.list('alarms').length === 0 ? 'green' : 'yellow'
}

function wrongWith(answer: AnswerReader, now: number): string[] {
  return answer.list('alarms').map(({ part, description, since }) => {
    const words = alarmWords({ part: typeof part === 'string' ? part : null, description: String(description) })
    return typeof since === 'number' ? `${words} (since ${timeWords(since, now)})` : words
  })
}

function stateLine(answer: AnswerReader, now: number): string {
  const name = answer.text('device.name') ?? 'The device'
  const since = answer.number('device.status_since')
  const reason = answer.text('device.status_reason')?.replaceAll('_', ' ') ?? null
  const why = [reason, since === null ? null : timeWords(since, now)].filter((part) => part !== null)
  return `${name} is ${answer.text('device.status') ?? 'known'}${why.length === 0 ? '' : ` (${why.join(', ')})`}`
}

function listed(value: unknown): string | null {
  return Array.isArray(value) && value.length > 0
    ? value.map((one) => String(one).replaceAll('_', ' ')).join(', ')
    : null
}

function sensorsOf(answer: AnswerReader): Record<string, unknown>[] {
  return answer.list('entities').map((entity) => ({
    name: entity.name,
    state: entity.state,
    details: entity.details,
    unit: entity.unit_of_measurement,
    id: entity.entity_id,
    type: entity.device_class ?? entity.entity_type,
    // Only of what left is it worth a word.
    there: entity.is_enabled === false ? 'gone' : null,
  }))
}

function moreOf(answer: AnswerReader): string | null {
  const count = answer.number('more_entities') ?? 0
  return count > 0 ? `${count}: lares entities list ${answer.text('device.id')}` : null
}

function heartbeatOf(answer: AnswerReader): unknown {
  const state = answer.at('device.current_state')
  if (typeof state !== 'object' || state === null || Object.keys(state).length === 0) return null
  const { boot: _, sent, ...rest } = state as Record<string, unknown>
  const at = typeof sent === 'object' && sent !== null ? (sent as Record<string, unknown>).at : undefined
  return { ...present({ sent: at }), ...rest }
}
