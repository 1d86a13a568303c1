import { z } from 'zod'
import { deviceParam, durationMs, id, time } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import { conditions } from '../../query/list-query.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { deviceFilter, deviceNamed } from '../devices/named-device.ts'
import { fold, houseNamed, houseParam } from '../house/named-house.ts'
import { nameParam } from '../house/names.ts'
import { readRepeat } from './repeats.ts'
import { cancelTimers, setAlarm, setRepeating, setTimer } from './set-timer.ts'
import { openTimerRows, type TimerRow } from './timer-rows.ts'
import { clockOf, readMoment } from './wanted-moment.ts'

const timerLine = z.strictObject({
  name: z.string().nullable(),
  kind: z.string(),
  state: z.string(),
  rings_at: time,
  left_ms: durationMs.nullable(),
  device: z.string().nullable(),
  /** `mon,tue`: it comes again on these days; `null`: once. */
  repeats: z.string().nullable(),
  /** False: the hub did not know how late it is when this was set. */
  clock_known: z.boolean(),
  house: id,
  id: id,
})

function lineOf(row: TimerRow, now: number): z.infer<typeof timerLine> {
  const { name, kind, state, rings_at, device_name, house, id, clock_known, repeats } = row
  const left_ms = state === 'waiting' ? Math.max(0, rings_at - now) : null
  return {
    name,
    kind,
    state,
    rings_at,
    left_ms,
    device: device_name,
    repeats,
    clock_known: clock_known === 1,
    house,
    id,
  }
}

const addTimerCommand = adminCommand({
  area: 'timers',
  verb: 'add',
  needs: 'control',
  summary: 'Have something ring after a span, or at a time of day of the house',
  params: z.strictObject({
    when: text(40).min(1).meta({ description: 'a span such as 10min, or a time of day such as 07:00' }),
    name: text(100).trim().min(1).optional().meta({ description: 'what it is for' }),
    device: deviceParam.optional().meta({ description: 'on whose speaker it rings' }),
    repeat: text(40).min(1).optional().meta({ description: 'daily, weekdays, weekends, or days such as mon,wed' }),
    house: houseParam.optional(),
  }),
  result: timerLine,
  examples: [
    { says: 'in ten minutes, on a speaker', params: { when: '10min', name: 'pasta', device: 'kitchen-pi' } },
    { says: 'when it is seven next', params: { when: '07:00' } },
    { says: 'every weekday at seven', params: { when: '07:00', repeat: 'weekdays' } },
  ],
  positional: ['when', 'name'],
  changes: true,
  run(context, params) {
    const device = params.device === undefined ? null : deviceNamed(context, params.device)
    const house = device === null ? houseNamed(context, params.house) : houseOf(context, device)
    const zone = context.db.prepare('SELECT timezone FROM houses WHERE id = ?').pluck().get(house) as string
    const place = { house, device, name: params.name ?? null }
    const by = context.caller.principal
    if (params.repeat !== undefined) {
      const repeat = { days: readRepeat(params.repeat), clock: clockOf(params.when) }
      return lineOf(setRepeating(context, place, { repeat, zone }, by), context.now)
    }
    const moment = readMoment(params.when, context.now, zone)
    const row =
      'ms' in moment ? setTimer(context, place, moment.ms, by) : setAlarm(context, place, { ...moment, zone }, by)
    return lineOf(row, context.now)
  },
})

const listTimers = adminCommand({
  area: 'timers',
  verb: 'list',
  needs: 'read',
  summary: 'Timers and alarms that wait or ring, the next first',
  params: z.strictObject({ device: deviceParam.optional(), house: houseParam.optional() }),
  result: z.strictObject({ timers: z.array(timerLine) }),
  examples: [{ says: 'all of them', params: {} }],
  changes: false,
  query(context, params) {
    const house = params.house === undefined ? undefined : houseNamed(context, params.house)
    const device = deviceFilter(context, params.device)
    const visible = visibleHouses(context.caller, 'id')
    const where = conditions(visible).when('id = ?', house)
    const houses = context.db
      .prepare(`SELECT id FROM houses WHERE ${where.sql}`)
      .pluck()
      .all(...where.values) as string[]
    const rows = openTimerRows(context.db).filter((row) => houses.includes(row.house))
    const shown = device === undefined ? rows : rows.filter((row) => row.device === device)
    return { timers: shown.map((row) => lineOf(row, context.now)) }
  },
})

const cancelTimer = adminCommand({
  area: 'timers',
  verb: 'cancel',
  needs: 'control',
  summary: 'End a timer or an alarm, whether it waits or rings',
  params: z.strictObject({ timer: nameParam.meta({ description: 'its id or name' }), house: houseParam.optional() }),
  result: timerLine,
  examples: [{ says: 'the one that is called so', params: { timer: 'pasta' } }],
  positional: ['timer'],
  changes: true,
  run(context, params) {
    const row = timerNamed(context, params.timer, params.house)
    cancelTimers(context, [row], context.caller.principal)
    return lineOf({ ...row, state: row.state === 'ringing' ? 'done' : 'cancelled' }, context.now)
  },
})

/** One that waits or rings, by its id or name. Throws `not_found` with the nearest, and `bad_params` where several are called so. */
function timerNamed(context: CallContext, given: string, house: string | undefined): TimerRow {
  const all = openTimerRows(context.db, house === undefined ? undefined : houseNamed(context, house)).filter(
    (row) => context.caller.houses === null || context.caller.houses.includes(row.house),
  )
  const called = all.filter(({ id, name }) => id === given || fold(name ?? '') === fold(given))
  const [only, ...more] = called
  if (only && more.length === 0) return only
  if (only)
    throw new LaresError('bad_params', `${called.length} timers are called ${given}`, {
      hint: 'Name one of them by its id: lares timers list shows them.',
    })
  const nearest = nearestName(
    given,
    all.flatMap(({ name }) => (name === null ? [] : [name])),
  )
  throw new LaresError('not_found', `no timer ${given} waits or rings`, {
    hint: nearest === null ? 'See lares timers list.' : `Did you mean ${nearest}? See lares timers list.`,
  })
}

function houseOf({ db }: CallContext, device: string): string {
  return db.prepare('SELECT house_id FROM devices WHERE id = ?').pluck().get(device) as string
}

export const COMMANDS = [addTimerCommand, listTimers, cancelTimer] as const
