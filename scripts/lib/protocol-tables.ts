import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeCommand } from '../../hub/engine/describe-command.ts'
import { COMMANDS } from '../../hub/features/commands.ts'
import { DECLARED_EVENTS } from '../../hub/features/declared-events.ts'
import { DECLARED_PROBLEMS } from '../../hub/features/declared-problems.ts'
import { canRetry, ERROR_CODES, hintFor, LaresError } from '../../shared/errors.ts'
import { EVENT_TYPES } from '../../shared/event-types.ts'
import { MESSAGES, type MessageName } from '../../shared/messages/index.ts'
import type { Message } from '../../shared/messages/message.ts'
import { MEMBER_RIGHTS, PROGRAM_LIMIT, RIGHT_WORDS, RIGHTS, reaches } from '../../shared/rights.ts'
import { SENSOR_KINDS } from '../../shared/sensors/index.ts'
import { TOPIC_NAMES, topicRow } from '../../shared/topics.ts'
import { docComments } from './doc-comments.ts'
import { meaningOf } from './field-meanings.ts'
import { type FieldRow, fieldRows } from './field-rows.ts'
import { limitRows } from './limit-rows.ts'
import { table } from './markdown-table.ts'

const BASE = 'lares'
const FOLDER = join(import.meta.dirname, '../../shared/messages')

/** Every generated section by its name. */
export const SECTIONS: ReadonlyMap<string, () => string> = new Map([
  ['topics', topicTable],
  ['rights', rightsTable],
  ['messages', messageChapters],
  ['event-types', eventTypeTable],
  ['errors', errorTable],
  ['limits', () => table(['what', 'bound', 'beyond it'], limitRows())],
  ['sensor-kinds', sensorKindTable],
  ['commands', commandTable],
  ['command-params', commandChapters],
])

function topicTable(): string {
  const rows = TOPIC_NAMES.map((name) => {
    const { pattern, message, qos, retain, from, to, needs } = topicRow(name)
    const link = `[${message}](#${message})`
    return [
      `\`${BASE}/${pattern}\``,
      link,
      `${qos}${retain ? ', retained' : ''}`,
      from.join(', '),
      to.join(', '),
      needs ? `\`${needs.right}\`` : '',
    ]
  })
  return table(['topic', 'message', 'QoS', 'published by', 'read by', 'with the right to'], rows)
}

function rightsTable(): string {
  const rows = RIGHTS.map((right) => {
    const has = Object.values(MEMBER_RIGHTS).map((member) => (reaches(member, right) ? 'yes' : ''))
    const program = reaches(PROGRAM_LIMIT, right) ? 'if given' : ''
    return [`\`${right}\``, RIGHT_WORDS[right], ...has, 'yes', program]
  })
  return table(['right', 'opens', ...Object.keys(MEMBER_RIGHTS), 'administrator, local', 'program'], rows)
}

function messageChapters(): string {
  // In the order of the topics: a reader meets them as a device does.
  const inOrder = new Set(TOPIC_NAMES.map((topic): MessageName => topicRow(topic).message))
  return [...inOrder].map(messageChapter).join('\n\n')
}

function messageChapter(name: MessageName): string {
  const { sample, maxBytes } = MESSAGES[name] as Message
  const constant = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  const topics = TOPIC_NAMES.filter((topic) => topicRow(topic).message === name).map(
    (topic) => `\`${BASE}/${topicRow(topic).pattern}\``,
  )
  const about = docComments(sourceOf(name)).constants.get(constant) ?? ''
  const head = `### ${name}\n\n${about}\n\nOn ${topics.join(' and ')}, at most ${maxBytes.toLocaleString('en-US')} bytes.`
  if (name === 'audio-frame') return `${head} Binary: see [Audio frames](#audio-frames).`
  const rows = explainedFields(name).map(({ path, type, required, meaning }) => [
    `\`${path}\``,
    type,
    required ? 'yes' : '',
    meaning ?? '',
  ])
  return `${head}\n\n${table(['field', 'type', 'needed', 'meaning'], rows)}\n\n\`\`\`json\n${spread(sample)}\n\`\`\``
}

/** The fields of a message with what they mean; `undefined` where nobody has written it down. */
export function explainedFields(name: MessageName): (FieldRow & { meaning: string | undefined })[] {
  const { fields } = docComments(sourceOf(name))
  return fieldRows((MESSAGES[name] as Message).schema).map((row) => ({
    ...row,
    meaning: meaningOf(name, row.path, fields.get(row.path.split('.').at(-1) ?? '')),
  }))
}

function sourceOf(name: MessageName): string {
  return readFileSync(join(FOLDER, `${name}.ts`), 'utf8')
}

/** JSON with one line for each field of the message. */
function spread(sample: unknown): string {
  const lines = Object.entries(sample as object).map(([key, value]) => {
    const inner = JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ')
    return `  ${JSON.stringify(key)}: ${inner}`
  })
  return `{\n${lines.join(',\n')}\n}`
}

function errorTable(): string {
  const rows = ERROR_CODES.map((code) => [
    `\`${code}\``,
    canRetry(new LaresError(code, code)) ? 'yes' : 'no',
    hintFor(code),
  ])
  // Nobody tries anything again there: it goes by itself once it is mended.
  const problems = [...DECLARED_PROBLEMS].map(([code, remedy]) => [`\`${code}\``, '', remedy])
  return table(['code', 'try again', 'what to do'], [...rows, ...problems])
}

function eventTypeTable(): string {
  const rows = [...EVENT_TYPES, ...DECLARED_EVENTS].map(([type, { title, category, severity, description }]) => [
    `\`${type}\``,
    title,
    category,
    severity,
    description,
  ])
  return table(['type', 'title', 'category', 'severity', 'meaning'], rows)
}

function sensorKindTable(): string {
  const rows = [...SENSOR_KINDS.values()].map(({ kind, label, unit, otherUnits, min, max, deviceClass, binary }) => {
    const bounds = binary ? '0 or 1' : min === null && max === null ? '' : `${min ?? '…'} to ${max ?? '…'}`
    return [
      `\`${kind}\``,
      label,
      unit,
      otherUnits.map((other) => other.unit).join(', '),
      bounds,
      deviceClass === null ? '' : `\`${deviceClass}\``,
    ]
  })
  return table(['kind', 'called', 'unit', 'also judged in', 'possible values', 'Home Assistant device class'], rows)
}

function commandTable(): string {
  const rows = COMMANDS.map((command) => {
    const { area, verb, positional = [], params, needs, summary } = command
    const needed = new Set(fieldRows(params).flatMap(({ path, required }) => (required ? [path] : [])))
    const { properties } = describeCommand(command).params
    const words = [
      ...[area, verb],
      ...positional.map((name) => {
        const word = properties?.[name]?.format === 'file' ? 'file' : name
        return needed.has(name) ? `<${word}>` : `[${word}]`
      }),
    ]
    return [`\`lares ${words.join(' ')}\``, needs ?? '', summary]
  })
  return table(['command', 'right', 'what it does'], rows)
}

function commandChapters(): string {
  const rows = COMMANDS.map(({ area, verb, needs, params, result, examples, changes, danger }) => {
    const fields = fieldRows(params).map(({ path, type, required }) => `\`${path}\`${required ? '' : '?'}: ${type}`)
    const answer = fieldRows(result, 'output').map(({ path }) => `\`${path}\``)
    const example = `\`${JSON.stringify(examples[0]?.params ?? {})}\``
    const effect = danger ? 'yes, may need `confirm`' : changes ? 'yes' : ''
    return [`\`${area}/${verb}\``, needs ?? '', effect, fields.join('<br>'), example, answer.join(' ')]
  })
  const head = [
    'area/verb',
    'needs the right to',
    'changes something',
    'params (`?`: may be left out)',
    'example',
    'answer',
  ]
  return table(head, rows)
}
