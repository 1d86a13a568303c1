import { z } from 'zod'
import { time } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { placeKey } from '../../contract/named-places.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import { nameParam } from '../house/names.ts'
import { enqueue } from '../jobs/enqueue.ts'
import { type AlertMessage, alertMessage, testKey } from './message-job.ts'
import { ruleNamed } from './named-rule.ts'
import { ALERT_SEVERITIES } from './rule-kinds.ts'
import { checkTarget } from './rule-params.ts'
import { ruleWords } from './rule-words.ts'
import { sayTest } from './say-alerts.ts'
import { type AlertTargets, alertTargets } from './settings.ts'

export const listTargets = adminCommand({
  area: 'alerts',
  verb: 'targets',
  needs: 'administer',
  summary: 'Who is told, as hub.toml names them, and whether the last message arrived',
  params: z.strictObject({}),
  result: z.strictObject({
    /** How to begin, where there is none. */
    says: z.string().optional(),
    targets: z.array(
      z.strictObject({
        target: z.string(),
        kind: z.string(),
        /** Of the last message. */
        state: z.string(),
        at: time.nullable(),
        error: z.string().nullable(),
        least: z.enum(ALERT_SEVERITIES),
        is_default: z.boolean(),
      }),
    ),
  }),
  examples: [{ says: 'all', params: {} }],
  changes: false,
  run({ db, settings }) {
    const all = Object.entries(alertTargets(settings))
    const targets = all.map(([target, { kind, least, default: isDefault }]) => ({
      ...{ target, kind, ...lastMessage(db, target), least, is_default: isDefault },
    }))
    return { ...(all.length === 0 ? { says: NOBODY } : {}), targets }
  },
})

const NOBODY =
  'Nobody is told yet. Put this into hub.toml and restart the hub: [alerts] targets = { phone = { kind = "ntfy", topic = "a-long-name-that-nobody-guesses" } }'

export const testTarget = adminCommand({
  area: 'alerts',
  verb: 'test',
  needs: 'administer',
  summary: 'Send a message that says that it is a test, to one target or to all',
  params: z.strictObject({ target: placeKey.optional() }),
  result: z.strictObject({ says: z.string(), targets: z.array(z.string()) }),
  examples: [{ says: 'to everybody', params: {} }],
  positional: ['target'],
  changes: true,
  run(context, params) {
    if (params.target !== undefined) checkTarget(context, params.target)
    const targets = params.target === undefined ? Object.keys(alertTargets(context.settings)) : [params.target]
    return sendTests(context, targets, {
      title: 'This is a test',
      text: 'Lares can tell you when something is wrong. Nothing is.',
    })
  },
})

export const testRule = adminCommand({
  area: 'alert-rules',
  verb: 'test',
  needs: 'administer',
  summary: 'Send a message that says that it is a test to everybody whom a rule tells',
  params: z.strictObject({ rule: nameParam }),
  result: z.strictObject({ says: z.string(), targets: z.array(z.string()) }),
  examples: [{ says: 'of one', params: { rule: 'device-offline' } }],
  positional: ['rule'],
  changes: true,
  run(context, params) {
    const rule = ruleNamed(context.db, params.rule)
    const all = alertTargets(context.settings)
    const named = rule.targets.map(({ target }) => target)
    const targets = named.length > 0 ? named : defaultTargets(all)
    for (const target of targets) checkTarget(context, target)
    return sendTests(context, targets, {
      title: `This is a test of the rule ${rule.name}`,
      text: `You are told when ${ruleWords(context.db, rule)}.`,
    })
  },
})

function defaultTargets(all: AlertTargets): string[] {
  return Object.entries(all).flatMap(([key, target]) => (target.default ? [key] : []))
}

/** Beside whatever is on its way to the same target. */
function sendTests(
  context: CallContext,
  targets: readonly string[],
  { title, text }: Pick<AlertMessage, 'title' | 'text'>,
) {
  if (targets.length === 0)
    throw new LaresError('not_found', 'hub.toml has no target that would be told', {
      hint: 'Add one to [alerts] of hub.toml and restart the hub: docs/alerts.md says how.',
    })
  const known = alertTargets(context.settings)
  for (const key of targets) {
    const target = known[key]
    if (target?.kind === 'speakers') sayTest(context, text, { key, target })
    else
      enqueue(context, alertMessage, {
        key: testKey(key),
        payload: { ...{ target: key, title, text, weight: 'info', at: context.now }, alerts: [], more: 0 },
      })
  }
  return { says: 'On its way. Whether it arrived: lares alerts targets.', targets: [...targets] }
}

interface LastJob {
  state: string
  at: number
  last_error: string | null
  failures: number
}

function lastMessage(db: Database, target: string): { state: string; at: number | null; error: string | null } {
  const job = db
    .prepare(
      'SELECT state, coalesce(ended_at, enqueued_at) AS at, last_error, failures FROM jobs WHERE kind = ? AND key IN (?, ?) ORDER BY id DESC LIMIT 1',
    )
    .get(alertMessage.name, target, testKey(target)) as LastJob | undefined
  if (!job) return { state: 'nothing sent lately', at: null, error: null }
  const isGoing = job.state === 'waiting' || job.state === 'running'
  const state =
    job.state === 'done' ? 'arrived' : isGoing ? (job.failures > 0 ? 'is tried again' : 'on its way') : 'given up'
  return { state, at: job.at, error: job.state === 'done' ? null : job.last_error }
}
