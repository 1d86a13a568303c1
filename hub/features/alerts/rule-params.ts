import { z } from 'zod'
import { deviceParam } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import { readSpan } from '../../../shared/read-span.ts'
import { placeKey } from '../../contract/named-places.ts'
import type { CallContext } from '../../engine/admin-command.ts'
import { deviceNamed } from '../devices/named-device.ts'
import { houseNamed, houseParam } from '../house/named-house.ts'
import { GROUP, ROOM, rowNamed } from '../house/named-row.ts'
import { nameParam } from '../house/names.ts'
import { ALERT_SEVERITIES, type RuleKindName, ruleKind } from './rule-kinds.ts'
import type { RuleTarget } from './rule-row.ts'
import { alertTargets } from './settings.ts'

const DAY_S = 86_400
const YEAR_S = 366 * DAY_S

/** A span in seconds. */
const span = (longest: number) =>
  text(40).transform((typed, context) => {
    const ms = readSpan(/^\d+$/.test(typed.trim()) ? `${typed}s` : typed)
    if (ms !== null && ms <= longest * 1_000) return Math.round(ms / 1_000)
    context.addIssue({ code: 'custom', message: 'is no span of time up to a year; write it like 10min' })
    return z.NEVER
  })

const orNone = <S extends z.ZodType>(schema: S) => z.union([z.literal('none').transform(() => null), schema])

const quiet = text(20).transform((typed, context) => {
  const [, h1, m1, h2, m2] = /^(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/.exec(typed.trim()) ?? []
  const [from, to] = [Number(h1) * 60 + Number(m1), Number(h2) * 60 + Number(m2)]
  if (from < 1440 && to < 1440 && Number(m1) < 60 && Number(m2) < 60) return { from, to }
  context.addIssue({ code: 'custom', message: 'is no span of hours; write it like 22:00-07:00, or none' })
  return z.NEVER
})

/** `phone,mail:15`: keys of targets, each with the minutes without acknowledgement after which it is told. */
const targets = text(1_000).transform((typed, context): RuleTarget[] => {
  if (typed.trim() === '' || typed.trim() === 'all') return []
  return typed.split(',').map((one) => {
    const [key = '', minutes = '0'] = one.trim().split(':')
    const after = Number(minutes)
    if (placeKey.safeParse(key).success && Number.isInteger(after) && after >= 0 && after <= 10_080)
      return { target: key, after_min: after }
    context.addIssue({
      code: 'custom',
      message: `"${one.trim()}" is no target; write phone, or mail:15 for one that is told after 15 minutes`,
    })
    return z.NEVER
  })
})

const measures = text(500).transform((typed) =>
  typed
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .filter((one) => one !== ''),
)

/** What a rule has, as people say it. */
export const ruleFields = {
  name: nameParam.optional(),
  house: houseParam.optional(),
  room: nameParam.optional(),
  group: nameParam.optional(),
  device: deviceParam.optional(),
  entity: nameParam.optional().meta({ description: 'its id or entity id' }),
  measures: measures
    .optional()
    .meta({ description: 'only what measures this: temperature, moisture; with commas between' }),
  state: text(255).min(1).optional().meta({ description: 'the state that is wrong: on, open, unavailable' }),
  code: text(100)
    .min(1)
    .optional()
    .meta({ description: "of a problem in the hub's health, as lares hub health shows it" }),
  on_at: z.number().optional().meta({ description: 'raised beyond this' }),
  off_at: z.number().optional().meta({ description: 'over again at this; as on_at where it is not said' }),
  for: span(YEAR_S).optional().meta({ description: 'how long it has to be so: 10min' }),
  severity: z.enum(ALERT_SEVERITIES).optional(),
  targets: targets.optional().meta({
    description:
      'who is told, with commas between; mail:15 is told after 15 minutes without acknowledgement; all is everybody',
  }),
  quiet: orNone(quiet)
    .optional()
    .meta({ description: 'hours in which nothing is told that is not critical: 22:00-07:00, or none' }),
  repeat: orNone(span(31 * DAY_S))
    .optional()
    .meta({ description: 'told again so often until somebody acknowledges: 30min, or none' }),
}

type RuleParams = z.infer<z.ZodObject<typeof ruleFields>>
type Columns = Record<string, string | number | null>

/** Columns of what was said of a rule. Throws for what does not exist, may not be said of this kind, or is missing. */
export function ruleColumns(context: CallContext, kindName: RuleKindName, said: RuleParams): Columns {
  checkKind(kindName, said)
  for (const { target } of said.targets ?? []) checkTarget(context, target)
  const { on_at, off_at, severity, state, code } = said
  const word = state ?? code
  return defined({
    ...place(context, said),
    ...{ name: said.name, on_at, off_at, severity, word, for_s: said.for },
    measures: said.measures && JSON.stringify(said.measures),
    targets: said.targets && JSON.stringify(said.targets),
    ...(said.quiet === undefined ? {} : { quiet_from: said.quiet?.from ?? null, quiet_to: said.quiet?.to ?? null }),
    repeat_min:
      said.repeat === undefined ? undefined : said.repeat === null ? null : Math.max(1, Math.round(said.repeat / 60)),
  })
}

/** Throws where a rule lacks what its kind needs, or ends on the wrong side of where it is raised. */
export function checkWhole(row: {
  kind: RuleKindName
  on_at?: unknown
  off_at?: unknown
  word?: unknown
  for_s?: unknown
}): void {
  const kind = ruleKind(row.kind)
  if (kind?.hasThreshold && typeof row.on_at !== 'number')
    throw wrong(`${row.kind} needs a threshold`, 'Say it with --on-at.')
  if (kind?.needsWord && typeof row.word !== 'string')
    throw wrong(`${row.kind} needs the state that is wrong`, 'Say it with --state.')
  if ((row.kind === 'entity_silent' || row.kind === 'entity_same') && Number(row.for_s ?? 0) < 60)
    throw wrong(`${row.kind} needs a time of a minute at least`, 'Say it with --for, such as --for 6h.')
  const [on, off] = [row.on_at, row.off_at]
  if (typeof on !== 'number' || typeof off !== 'number') return
  if (kind?.isBelow ? off < on : off > on)
    throw wrong(
      `it would be over at ${off} while it is raised ${kind?.isBelow ? 'below' : 'above'} ${on}`,
      `Say an --off-at that is not ${kind?.isBelow ? 'below' : 'above'} --on-at.`,
    )
}

function checkKind(name: RuleKindName, said: RuleParams): void {
  const kind = ruleKind(name)
  const wordOf = kind?.word
  if (said.state !== undefined && wordOf !== 'state') throw wrong(`${name} has no state`, 'Leave out --state.')
  if (said.code !== undefined && wordOf !== 'code') throw wrong(`${name} has no code`, 'Leave out --code.')
  if ((said.on_at ?? said.off_at) !== undefined && !kind?.hasThreshold)
    throw wrong(`${name} has no threshold`, 'Leave out --on-at and --off-at.')
  if (said.measures !== undefined && !name.startsWith('entity_'))
    throw wrong(`${name} is not about entities`, 'Leave out --measures.')
  for (const scope of ['house', 'room', 'group', 'device', 'entity'] as const)
    if (said[scope] !== undefined && !kind?.scopes.includes(scope))
      throw wrong(`${name} is not about ${scope === 'entity' ? 'an entity' : `a ${scope}`}`, `Leave out --${scope}.`)
}

function wrong(message: string, hint: string): LaresError {
  return new LaresError('bad_params', message, { hint })
}

/** The one thing that it is about; what was said of it before is forgotten. */
function place(context: CallContext, said: RuleParams): Columns {
  const given = (['house', 'room', 'group', 'device', 'entity'] as const).filter((scope) => said[scope] !== undefined)
  if (given.length === 0) return {}
  if (given.length > 1) throw wrong(`it is about one of these: ${given.join(', ')}`, `Leave out all but one of them.`)
  const none = { house_id: null, room_id: null, group_id: null, device_id: null, entity_id: null }
  if (said.house !== undefined) return { ...none, house_id: houseNamed(context, said.house) }
  if (said.room !== undefined) return { ...none, room_id: rowNamed(context, ROOM, said.room).id }
  if (said.group !== undefined) return { ...none, group_id: rowNamed(context, GROUP, said.group).id }
  if (said.device !== undefined) return { ...none, device_id: deviceNamed(context, said.device) }
  return { ...none, entity_id: entityIdOf(context, said.entity ?? '') }
}

function entityIdOf({ db }: CallContext, given: string): string {
  const rows = db
    .prepare(
      'SELECT id, entity_id FROM device_entities WHERE (id = :given OR entity_id = :given) ORDER BY id = :given DESC, id',
    )
    .all({ given }) as { id: string; entity_id: string }[]
  const [only, ...others] = rows
  if (only && (others.length === 0 || only.id === given)) return only.id
  if (only)
    throw wrong(
      `several entities are called ${given}`,
      `Name one of them by its id: ${rows.map(({ id }) => id).join(', ')}.`,
    )
  const ids = db.prepare('SELECT entity_id FROM device_entities').pluck().all() as string[]
  const nearest = nearestName(given, ids)
  throw new LaresError('not_found', `there is no entity ${given}`, {
    hint: nearest === null ? 'See lares entities list.' : `Did you mean ${nearest}? See lares entities list.`,
  })
}

/** Throws `not_found`: only hub.toml says where somebody is. */
export function checkTarget({ settings }: Pick<CallContext, 'settings'>, key: string): void {
  const keys = Object.keys(alertTargets(settings))
  if (keys.includes(key)) return
  const nearest = nearestName(key, keys)
  throw new LaresError('not_found', `hub.toml has no target ${key}`, {
    hint:
      keys.length === 0
        ? 'Add it to [alerts] of hub.toml and restart the hub: docs/alerts.md says how.'
        : `${nearest === null ? '' : `Did you mean ${nearest}? `}It names ${keys.join(', ')}.`,
  })
}

function defined(columns: Record<string, string | number | null | undefined>): Columns {
  return Object.fromEntries(
    Object.entries(columns).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
