import { z } from 'zod'
import { id } from '../../../shared/admin/fields.ts'
import { slug } from '../../../shared/ids.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import { updateRow } from '../../query/row-changes.ts'
import { nameParam, refuseTaken, SAYS_NOTHING, saysSomething } from '../house/names.ts'
import { ruleNamed } from './named-rule.ts'
import { ALERT_SEVERITIES, RULE_KINDS } from './rule-kinds.ts'
import { checkWhole, ruleColumns, ruleFields } from './rule-params.ts'
import { alertRuleRows } from './rule-row.ts'
import { quietWords, ruleWords, targetWords, whenWords } from './rule-words.ts'

const rule = { rule: nameParam.meta({ description: 'its id or its name' }) }
const RULES = { table: 'alert_rules', where: '1', values: [], what: 'rule' }
const RULE_AND_WORDS = z.strictObject({ rule: z.string(), name: z.string(), says: z.string() })

export const listRules = adminCommand({
  area: 'alert-rules',
  verb: 'list',
  needs: 'administer',
  summary: 'When somebody is told, who, and in which hours not',
  params: z.strictObject({
    is_enabled: z.boolean().optional().meta({ description: 'those in force, or with no the others' }),
  }),
  result: z.strictObject({
    rules: z.array(
      z.strictObject({
        name: z.string(),
        says: z.string(),
        severity: z.enum(ALERT_SEVERITIES),
        is_enabled: z.boolean(),
        open: z.number(),
        targets: z.string(),
        quiet: z.string().nullable(),
        repeat_min: z.number().nullable(),
        kind: z.string(),
        id,
      }),
    ),
  }),
  examples: [{ says: 'all', params: {} }],
  changes: false,
  query({ db }, params) {
    const open = db.prepare('SELECT count(*) FROM alerts WHERE rule = ? AND is_open = 1').pluck()
    const rules = alertRuleRows(db).filter(
      ({ is_enabled }) => params.is_enabled === undefined || params.is_enabled === (is_enabled === 1),
    )
    return {
      rules: rules.map((one) => ({
        ...{ name: one.name, says: ruleWords(db, one), severity: one.severity, is_enabled: one.is_enabled === 1 },
        ...{ open: open.get(one.id) as number, targets: targetWords(one.targets), quiet: quietWords(one) },
        ...{ repeat_min: one.repeat_min, kind: one.kind, id: one.id },
      })),
    }
  },
})

export const addRule = adminCommand({
  area: 'alert-rules',
  verb: 'add',
  needs: 'administer',
  summary: 'Have somebody told when something is so',
  params: z.strictObject({ kind: z.enum(RULE_KINDS), ...ruleFields }),
  result: RULE_AND_WORDS,
  examples: [
    {
      says: 'a warm kitchen',
      params: {
        kind: 'entity_above',
        entity: 'sensor.kitchen_pi_cpu_temperature',
        on_at: 28,
        off_at: 26,
        for: '10min',
      },
    },
    { says: 'a sensor that is silent', params: { kind: 'entity_silent', device: 'kitchen-pi', for: '6h' } },
    { says: 'a door that stands open', params: { kind: 'entity_state', measures: 'door', state: 'on', for: '15min' } },
  ],
  positional: ['kind'],
  changes: true,
  run(context, { kind, ...said }) {
    const { db, now } = context
    const columns = { for_s: 0, severity: 'warning', ...ruleColumns(context, kind, said), kind }
    checkWhole(columns)
    const { on_at = null, word = null } = columns as { on_at?: number; word?: string }
    const name = said.name ?? freeName(context, whenWords({ kind, on_at, word }))
    refuseTaken(db, RULES, { name })
    const made = { id: freeId(context, name), ...columns, name, is_enabled: 1, created_at: now, updated_at: now }
    const names = Object.keys(made)
    db.prepare(`INSERT INTO alert_rules (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`).run(
      ...Object.values(made),
    )
    return answer(context, made.id, 'made')
  },
})

export const updateRule = adminCommand({
  area: 'alert-rules',
  verb: 'update',
  needs: 'administer',
  summary: 'Change when somebody is told, who, and in which hours not',
  params: z.strictObject({ ...rule, ...ruleFields }).refine((params) => saysSomething(params, 'rule'), SAYS_NOTHING),
  result: RULE_AND_WORDS,
  examples: [
    { says: 'nothing at night', params: { rule: 'device-offline', quiet: '23:00-06:30' } },
    { says: 'later', params: { rule: 'device-offline', for: '1h' } },
  ],
  positional: ['rule'],
  changes: true,
  run(context, { rule: given, ...said }) {
    const before = ruleNamed(context.db, given)
    refuseTaken(context.db, RULES, { name: said.name, but: before.id })
    const columns = ruleColumns(context, before.kind, said)
    checkWhole({ ...before, ...columns })
    updateRow(context, { table: 'alert_rules', id: before.id }, columns)
    return answer(context, before.id, 'changed')
  },
})

export const removeRule = adminCommand({
  area: 'alert-rules',
  verb: 'remove',
  needs: 'administer',
  summary: 'Tell nobody of this any more; what it raised is over',
  params: z.strictObject(rule),
  result: z.strictObject({ rule: z.string(), name: z.string() }),
  examples: [{ says: 'a rule that nobody needs', params: { rule: 'device-offline' } }],
  positional: ['rule'],
  changes: true,
  danger({ db }, params) {
    const { name } = ruleNamed(db, params.rule)
    return `The rule ${name} will be gone with what it says; lares alert-rules disable switches it off and keeps it.`
  },
  run(context, params) {
    const { id: key, name } = ruleNamed(context.db, params.rule)
    context.db.prepare('DELETE FROM alert_rules WHERE id = ?').run(key)
    changed(context, { rule: key, name, what: 'removed' })
    return { rule: key, name }
  },
})

const switchRule = (verb: 'enable' | 'disable', summary: string, example: string) =>
  adminCommand({
    area: 'alert-rules',
    verb,
    needs: 'administer',
    summary,
    params: z.strictObject(rule),
    result: RULE_AND_WORDS,
    examples: [{ says: example, params: { rule: 'device-offline' } }],
    positional: ['rule'],
    changes: true,
    run(context, params) {
      const { id: key } = ruleNamed(context.db, params.rule)
      updateRow(context, { table: 'alert_rules', id: key }, { is_enabled: Number(verb === 'enable') })
      return answer(context, key, verb === 'enable' ? 'switched on' : 'switched off')
    },
  })

export const enableRule = switchRule('enable', 'Put a rule in force that was switched off', 'a rule that was off')
export const disableRule = switchRule(
  'disable',
  'Switch a rule off; what it raised is over',
  'a rule that asks for too much',
)

function answer(context: CallContext, key: string, what: string): z.infer<typeof RULE_AND_WORDS> {
  const row = ruleNamed(context.db, key)
  changed(context, { rule: key, name: row.name, what })
  return { rule: key, name: row.name, says: ruleWords(context.db, row) }
}

function changed(context: CallContext, data: { rule: string; name: string; what: string }): void {
  context.changed()
  context.addEvent({ type: 'alert_rule_changed', source: 'user', data: { ...data, by: context.caller.principal } })
}

function freeId({ db }: CallContext, name: string): string {
  const isTaken = db.prepare('SELECT 1 FROM alert_rules WHERE id = ?')
  const base = slug(name, '-') || 'rule'
  for (let number = 1; ; number += 1) {
    const key = number === 1 ? base : `${base}-${number}`
    if (isTaken.get(key) === undefined) return key
  }
}

function freeName({ db }: CallContext, words: string): string {
  const taken = new Set(db.prepare('SELECT lower(name) FROM alert_rules').pluck().all())
  const base = words.charAt(0).toUpperCase() + words.slice(1)
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base} (${number})`
    if (!taken.has(name.toLowerCase())) return name
  }
}
