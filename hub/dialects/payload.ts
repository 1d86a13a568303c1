import { isUtf8 } from 'node:buffer'
import { LaresError } from '../../shared/errors.ts'
import { JSON_DEPTH } from '../../shared/limits.ts'
import type { TemplateValue } from './templates/template-value.ts'
import { isNestedDeeper, readTemplateJson } from './templates/value-json.ts'

/** Bytes of a message of a device that are read. The largest of Zigbee2MQTT have some thousands. */
const MESSAGE_BYTES_READ = 262_144

/** A message as text. What it is as JSON is found out once, however many entities ask. */
export class Payload {
  readonly text: string
  #templateJson: { value: TemplateValue } | undefined
  #object: { value: Readonly<Record<string, unknown>> | null } | undefined

  constructor(text: string) {
    this.text = text
  }

  /** As templates see it; `undefined`: it is no JSON. */
  get templateJson(): TemplateValue {
    this.#templateJson ??= { value: readTemplateJson(this.text) }
    return this.#templateJson.value
  }

  /** The JSON object that it is; `null`: it is none. */
  get object(): Readonly<Record<string, unknown>> | null {
    this.#object ??= { value: readJsonObject(this.text) }
    return this.#object.value
  }
}

/** A message of a device, for all its entities. Throws `too_large` and `bad_utf8`. */
export function payloadOf(bytes: Uint8Array): Payload {
  if (bytes.length > MESSAGE_BYTES_READ)
    throw new LaresError('too_large', `a message of ${bytes.length} bytes, at most ${MESSAGE_BYTES_READ} are read`)
  if (!isUtf8(bytes)) throw new LaresError('bad_utf8', 'a message that is no UTF-8')
  return new Payload(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
}

/** The JSON object that a text is, nested at most as deep as our messages; `null`: it is none. */
export function readJsonObject(text: string, levels = JSON_DEPTH): Readonly<Record<string, unknown>> | null {
  if (isNestedDeeper(text, levels)) return null
  try {
    return asObject(JSON.parse(text))
  } catch {
    return null
  }
}

/** The value, if it is a JSON object. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}
