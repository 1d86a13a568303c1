import { cleanText } from '../../../shared/clean-text.ts'
import { cutText } from '../../../shared/cut-text.ts'
import { LaresError } from '../../../shared/errors.ts'
import type { Payload } from '../payload.ts'
import type { Publication } from '../said.ts'
import { compileTemplate, type Template } from '../templates/compile-template.ts'
import { TemplateError } from '../templates/template-error.ts'
import type { TemplateValue } from '../templates/template-value.ts'
import { isTopic } from '../usable-topic.ts'
import { NotConnectable } from './not-connectable.ts'

/** What a value template makes of a message. */
export type Rendered = { text: string } | { ignored: string }
export type ValueReader = (payload: Payload) => Rendered

/** What a command template makes of a value, and of what a command brings beside it. */
export type CommandWriter = (value: TemplateValue, brought?: Readonly<Record<string, TemplateValue>>) => string

/** Names that stand for something of Home Assistant's own. */
const NOT_GIVEN = ['entity_id', 'name']
const WORD_LENGTH = 255
const LIST_LENGTH = 1_000

/** The description of one entity, its keys written out. A value is checked where it is read by its key. */
export class AnnouncedConfig {
  readonly #values: Readonly<Record<string, unknown>>
  readonly #topics = new Set<string>()

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values
  }

  has(key: string): boolean {
    const value = this.value(key)
    return value !== undefined && value !== null
  }

  value(key: string): unknown {
    return Object.hasOwn(this.#values, key) ? this.#values[key] : undefined
  }

  /** A text as the device sends or wants it; true, false and numbers as Python writes them. Throws for what is no text. */
  payload(key: string, absent: string): string {
    const value = this.value(key)
    if (value === undefined || value === null) return absent
    const text = scalarText(value)
    if (text === null) throw new NotConnectable(`"${key}" is to be a text`)
    return text
  }

  /** A text for people, clean and cut; `null` where there is none. */
  words(key: string, max = WORD_LENGTH): string | null {
    return wordsOf(this.value(key), max)
  }

  number(key: string, absent: number): number {
    const value = this.value(key)
    if (value === undefined || value === null) return absent
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    if (typeof number !== 'number' || !Number.isFinite(number)) throw new NotConnectable(`"${key}" is to be a number`)
    return number
  }

  flag(key: string, absent: boolean): boolean {
    const value = this.value(key)
    if (typeof value === 'boolean') return value
    return typeof value === 'string' ? /^(?:true|yes|on|1|enable)$/i.test(value) : absent
  }

  /** Texts of a list; `null` where there is none. */
  list(key: string): string[] | null {
    const value = this.value(key)
    if (value === undefined || value === null) return null
    if (!Array.isArray(value)) throw new NotConnectable(`"${key}" is to be a list`)
    if (value.length > LIST_LENGTH) throw new NotConnectable(`"${key}" has more than ${LIST_LENGTH} members`)
    return value.map((one) => {
      const text = scalarText(one)
      if (text === null) throw new NotConnectable(`"${key}" is to be a list of texts`)
      return text
    })
  }

  /** A topic without wildcards; `null` where there is none. */
  topic(key: string): string | null {
    const value = this.value(key)
    this.#topics.add(key)
    if (value === undefined || value === null || value === '') return null
    if (typeof value !== 'string' || !isTopic(value)) throw new NotConnectable(`"${key}" is no topic that can be used`)
    return value
  }

  /** Topics on which it could be told something that nobody asked for: `direction_command_topic`. */
  untoldTopics(): string[] {
    return Object.keys(this.#values).filter(
      (key) => /^\w+_command_topic$/.test(key) && this.has(key) && !this.#topics.has(key),
    )
  }

  needTopic(key: string): string {
    const topic = this.topic(key)
    if (topic === null) throw new NotConnectable(`"${key}" is missing`)
    return topic
  }

  /** How a message is read: by the template with this key, else as it is. */
  reader(key: string): ValueReader {
    const template = this.#template(key)
    if (template === null) return ({ text }) => ({ text })
    const wantsJson = template.names.has('value_json')
    return (payload) => {
      const names = new Map<string, TemplateValue>([['value', payload.text]])
      if (wantsJson) names.set('value_json', payload.templateJson)
      try {
        return { text: template.render(names) }
      } catch (error) {
        if (error instanceof TemplateError) return { ignored: `${key}: ${error.message}` }
        throw error
      }
    }
  }

  /** How a command is written: by the template with this key, else as it is. */
  writer(key: string): CommandWriter {
    const template = this.#template(key)
    if (template === null) return (value) => scalarText(value) ?? ''
    return (value, brought = {}) => {
      try {
        return template.render(new Map([['value', value], ...Object.entries(brought)]))
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error
        throw new LaresError('bad_params', `${key} makes no message of this: ${error.message}`)
      }
    }
  }

  /** A message to a command topic, with the entity's own QoS and retain. */
  publication(topic: string, payload: string): Publication {
    const qos = this.value('qos')
    return { topic, payload, qos: qos === 1 || qos === 2 ? qos : 0, retain: this.flag('retain', false) }
  }

  #template(key: string): Template | null {
    const source = this.value(key)
    if (source === undefined || source === null) return null
    if (typeof source !== 'string') throw new NotConnectable(`"${key}" is to be a template`)
    try {
      const template = compileTemplate(source)
      const own = NOT_GIVEN.find((name) => template.names.has(name))
      if (own !== undefined) throw new NotConnectable(`${key}: "${own}" is known to Home Assistant alone`)
      return template
    } catch (error) {
      if (error instanceof TemplateError) throw new NotConnectable(`${key}: ${error.message}`)
      throw error
    }
  }
}

/** Text for people, made by a program; `null` where there is none. */
export function wordsOf(value: unknown, max = WORD_LENGTH): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const text = cutText(cleanText(String(value)), max)
  return text === '' ? null : text
}

function scalarText(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null
}
