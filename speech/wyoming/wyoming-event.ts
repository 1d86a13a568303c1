/** One event of the Wyoming protocol (https://github.com/OHF-Voice/wyoming): a line of JSON, more JSON, and bytes. */
export interface WyomingEvent {
  type: string
  data: Readonly<Record<string, unknown>>
  payload: Buffer
}

/** As others of this protocol call themselves. */
const VERSION = '1.9.0'
/** The protocol has no bounds: beyond these somebody speaks another one. */
const LONGEST = { line: 64 * 1_024, data: 1_024 * 1_024, payload: 4 * 1_024 * 1_024 } as const
const NEWLINE = 10

export function encodeWyoming(
  type: string,
  data: Record<string, unknown> = {},
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const body = Buffer.from(JSON.stringify(data))
  const header = {
    ...{ type, version: VERSION, data_length: body.length },
    ...(payload.length === 0 ? {} : { payload_length: payload.length }),
  }
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body, payload])
}

interface Header {
  type: string
  inline: Record<string, unknown>
  dataLength: number
  payloadLength: number
}

/** Puts events together from bytes, however they are cut. Throws an `Error` that says what is wrong: there is no way on after that. */
export class WyomingReader {
  #held: Buffer = Buffer.alloc(0)
  #header: Header | null = null

  push(bytes: Buffer): WyomingEvent[] {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes])
    const events: WyomingEvent[] = []
    for (let event = this.#next(); event !== null; event = this.#next()) events.push(event)
    return events
  }

  #next(): WyomingEvent | null {
    this.#header ??= this.#readHeader()
    const header = this.#header
    if (header === null) return null
    const length = header.dataLength + header.payloadLength
    if (this.#held.length < length) return null
    const data = header.dataLength === 0 ? {} : objectOf(this.#held.toString('utf8', 0, header.dataLength))
    const payload = this.#held.subarray(header.dataLength, length)
    this.#held = this.#held.subarray(length)
    this.#header = null
    return { type: header.type, data: { ...header.inline, ...data }, payload }
  }

  #readHeader(): Header | null {
    const end = this.#held.indexOf(NEWLINE)
    if (end < 0 && this.#held.length > LONGEST.line) throw new Error('a line of more than 64 KiB')
    if (end < 0) return null
    const { type, data, data_length, payload_length } = objectOf(this.#held.toString('utf8', 0, end))
    this.#held = this.#held.subarray(end + 1)
    if (typeof type !== 'string') throw new Error('an event without a type')
    return {
      type,
      inline: isObject(data) ? data : {},
      dataLength: lengthOf(data_length, LONGEST.data),
      payloadLength: lengthOf(payload_length, LONGEST.payload),
    }
  }
}

/** Absent and `null` are nothing. */
function lengthOf(value: unknown, most: number): number {
  if (value === undefined || value === null) return 0
  if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most) return Number(value)
  throw new Error(`a length of ${JSON.stringify(value)}`)
}

function objectOf(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('what is no JSON')
  }
  if (isObject(value)) return value
  throw new Error('what is no JSON object')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
