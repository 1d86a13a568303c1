import { isUtf8 } from 'node:buffer'
import { JSON_DEPTH } from '../../../shared/limits.ts'
import { asObject } from '../payload.ts'
import { isNestedDeeper } from '../templates/value-json.ts'

/** A list of a thousand devices has some ten megabytes. */
const LIST_BYTES = 32 * 1024 * 1024

/** The objects of a list that a bridge publishes as a whole, or what is wrong with it, as a sentence. `what`: "devices". */
export function readBridgeList(bytes: Uint8Array, what: string): Readonly<Record<string, unknown>>[] | string {
  if (bytes.length > LIST_BYTES) return `the list of ${what} has ${bytes.length} bytes, at most ${LIST_BYTES} are read`
  if (!isUtf8(bytes)) return `the list of ${what} is no UTF-8`
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
  if (isNestedDeeper(text, JSON_DEPTH)) return `the list of ${what} is nested too deep`
  try {
    const list: unknown = JSON.parse(text)
    if (Array.isArray(list)) return list.map(asObject).filter((one) => one !== null)
  } catch {
    // The same sentence.
  }
  return `the list of ${what} is no JSON list`
}
