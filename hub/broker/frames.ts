import type { Outstanding } from './outstanding.ts'
import { checkFilter, checkText, checkTopic, type TopicRules } from './text-rules.ts'

export interface FrameRules extends TopicRules {
  /** Whole packet, before and after CONNECT. */
  beforeConnectBytes: number
  afterConnectBytes: number
  /** Filters in one SUBSCRIBE or UNSUBSCRIBE. */
  filtersPerClient: number
}

/** Asked about a SUBSCRIBE while its bytes pass. */
export interface Granting {
  /** For each filter, in order; the answer replaces the requested QoS in the bytes. */
  filter(filter: string, qos: 0 | 1 | 2): 0 | 1 | 2
  /** Behind the last filter. */
  end(packetId: number): void
}

const CONNECT = 1
const PUBLISH = 3
const PUBACK = 4
const PUBREC = 5
const PUBREL = 6
const PUBCOMP = 7
const SUBSCRIBE = 8
const UNSUBSCRIBE = 10
const PINGREQ = 12
const DISCONNECT = 14
/** In the header of a PUBLISH. */
const RETAIN = 1

/** Reserved bits of the fixed header per packet type [MQTT-2.2.2-2]; -1 where a server never receives the type. */
const RESERVED = [-1, 0, -1, 0, 0, 0, 2, 0, 2, -1, 2, -1, 0, -1, 0, -1]

/**
 * Follows the packets in a stream of bytes and checks every field that MQTT 3.1.1 restricts.
 * It keeps no bytes: `scan` says how many of them may pass, and the caller hands in the rest again with what follows.
 */
export class FrameScanner {
  /** Why the connection must be closed, once something is wrong. */
  violation: string | null = null
  /** The CONNECT asks for a protocol that is not spoken here: the answer is CONNACK 1 [MQTT-3.1.2-2]. */
  wrongProtocol = false
  /** A complete CONNECT has passed. */
  connected = false
  /** Whether packets after CONNECT may pass. */
  open = false
  /** The client has said good-bye. */
  disconnected = false
  /** PUBLISH packets passed so far. */
  publishes = 0
  /** Retained PUBLISH packets that passed and are not in the retained store yet, nor refused. The owner counts down. */
  retaining = 0
  /** The next packet is a SUBSCRIBE that must wait until `retaining` is 0. */
  held = false
  /** Set by the owner once the client is known. */
  granting: Granting | null = null
  /** Asked about each acknowledgement of what was sent to the client. */
  outstanding: Pick<Outstanding, 'answered'> | null = null

  #rules: FrameRules
  /** Whole packet, once it is known whose they are. */
  #largest: number
  /** Bytes of a PUBLISH whose fields were checked and whose payload is still arriving. */
  #payload = 0

  constructor(rules: FrameRules) {
    this.#rules = rules
    this.#largest = rules.afterConnectBytes
  }

  /** It is known who sends: packets may have this many bytes from now on. Absent: as many as anybody's. */
  allow(packetBytes = this.#rules.afterConnectBytes): void {
    this.#largest = packetBytes
  }

  /** Whether the next byte begins a packet. */
  get between(): boolean {
    return this.#payload === 0
  }

  /** Returns up to where the bytes may pass. Look at `violation` first. */
  scan(bytes: Buffer): number {
    let at = 0
    this.held = false
    const length = bytes.length
    while (at < length) {
      if (this.#payload > 0) {
        const step = Math.min(this.#payload, length - at)
        this.#payload -= step
        at += step
        continue
      }
      if (this.connected && !this.open) return at
      const next = this.#frame(bytes, at)
      if (this.violation !== null || next === at) return at
      at = next
    }
    return at
  }

  /** Returns the offset behind the frame, or `start` when too few bytes of it are here. */
  #frame(bytes: Buffer, start: number): number {
    const first = bytes[start] ?? 0
    const type = first >> 4
    if (!this.#headerIsLegal(type, first & 0x0f)) return start
    let remaining = 0
    let at = start + 1
    for (let shift = 0; ; shift += 7) {
      if (shift > 21) return this.#refuse('remaining length has more than four bytes', start)
      if (at >= bytes.length) return start
      const byte = bytes[at] ?? 0
      at += 1
      remaining += (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    const end = at + remaining
    const limit = this.connected ? this.#largest : this.#rules.beforeConnectBytes
    if (end - start > limit) return this.#refuse('packet is too large', start)
    if (type === PUBLISH) return this.#publish(bytes, start, { body: at, end, flags: first & 0x0f })
    if (!this.#lengthIsPossible(type, remaining)) return this.#refuse('packet has a wrong length', start)
    if (end > bytes.length) return start
    if (type === SUBSCRIBE && this.retaining > 0) {
      this.held = true
      return start
    }
    const reason = this.#body(type, bytes, at, end)
    return reason === null ? end : this.#refuse(reason, start)
  }

  #headerIsLegal(type: number, flags: number): boolean {
    if (!this.connected && type !== CONNECT) this.violation = 'first packet is not CONNECT'
    else if (this.connected && type === CONNECT) this.violation = 'second CONNECT'
    else if (RESERVED[type] === -1) this.violation = 'packet type that only a server sends'
    else if (type === PUBLISH) {
      if ((flags & 6) === 6) this.violation = 'QoS 3'
      else if ((flags & 8) !== 0 && (flags & 6) === 0) this.violation = 'DUP with QoS 0'
    } else if (RESERVED[type] !== flags) this.violation = 'reserved bits of the header are wrong'
    return this.violation === null
  }

  #lengthIsPossible(type: number, remaining: number): boolean {
    if (type === PINGREQ || type === DISCONNECT) return remaining === 0
    if (type === CONNECT) return remaining >= 10
    if (type === SUBSCRIBE || type === UNSUBSCRIBE) {
      return remaining <= 2 + this.#rules.filtersPerClient * (3 + this.#rules.topicBytes)
    }
    return remaining === 2
  }

  #publish(bytes: Buffer, start: number, { body, end, flags }: { body: number; end: number; flags: number }): number {
    const qos = (flags >> 1) & 3
    if (end - body < 2) return this.#refuse('PUBLISH without a topic', start)
    if (body + 2 > bytes.length) return start
    const topicStart = body + 2
    const topicEnd = topicStart + (((bytes[body] ?? 0) << 8) | (bytes[body + 1] ?? 0))
    const fieldsEnd = qos > 0 ? topicEnd + 2 : topicEnd
    if (fieldsEnd > end) return this.#refuse('PUBLISH is shorter than its topic', start)
    if (topicEnd - topicStart > this.#rules.topicBytes) return this.#refuse('topic is too long', start)
    if (fieldsEnd > bytes.length) return start
    const reason = checkTopic(bytes, topicStart, topicEnd, this.#rules)
    if (reason !== null) return this.#refuse(reason, start)
    if (qos > 0 && bytes[topicEnd] === 0 && bytes[topicEnd + 1] === 0) return this.#refuse('packet id is 0', start)
    this.publishes += 1
    if ((flags & RETAIN) !== 0) this.retaining += 1
    if (end <= bytes.length) return end
    this.#payload = end - bytes.length
    return bytes.length
  }

  #body(type: number, bytes: Buffer, at: number, end: number): string | null {
    switch (type) {
      case CONNECT:
        return this.#connect(bytes, at, end)
      case PUBACK:
      case PUBREC:
      case PUBCOMP: {
        const id = bytes.readUInt16BE(at)
        return id === 0 ? 'packet id is 0' : (this.outstanding?.answered(type, id) ?? null)
      }
      case PUBREL:
        return bytes.readUInt16BE(at) === 0 ? 'packet id is 0' : null
      case SUBSCRIBE:
        return this.#filters(bytes, at, end, 1)
      case UNSUBSCRIBE:
        return this.#filters(bytes, at, end, 0)
      case DISCONNECT:
        this.disconnected = true
        return null
      default:
        return null
    }
  }

  #connect(bytes: Buffer, start: number, end: number): string | null {
    const nameEnd = fieldEnd(bytes, start, end)
    if (nameEnd === -1 || nameEnd + 4 > end) return 'CONNECT is too short'
    const name = bytes.toString('latin1', start + 2, nameEnd)
    const level = bytes[nameEnd] ?? 0
    if (name !== 'MQTT' && name !== 'MQIsdp') return 'CONNECT names another protocol'
    if (name !== 'MQTT' || level !== 4) {
      this.wrongProtocol = true
      return wrongProtocol(name, level)
    }
    const reason = checkConnectFields(bytes, nameEnd, end, this.#rules)
    if (reason === null) this.connected = true
    return reason
  }

  /** SUBSCRIBE has one byte of QoS behind each filter, UNSUBSCRIBE none. */
  #filters(bytes: Buffer, start: number, end: number, qosBytes: 0 | 1): string | null {
    if (start + 2 >= end) return 'no filter'
    if (bytes.readUInt16BE(start) === 0) return 'packet id is 0'
    let count = 0
    for (let at = start + 2; at < end; count += 1) {
      const filterEnd = fieldEnd(bytes, at, end)
      if (filterEnd === -1 || filterEnd + qosBytes > end) return 'filter is cut off'
      const reason = checkFilter(bytes, at + 2, filterEnd, this.#rules)
      if (reason !== null) return reason
      if (qosBytes === 1 && (bytes[filterEnd] ?? 0) > 2) return 'subscription options are wrong'
      at = filterEnd + qosBytes
    }
    if (count > this.#rules.filtersPerClient) return 'too many filters'
    if (qosBytes === 1) this.#grantFilters(bytes, start, end)
    return null
  }

  #grantFilters(bytes: Buffer, start: number, end: number): void {
    if (this.granting === null) return
    for (let at = start + 2; at < end; ) {
      const filterEnd = fieldEnd(bytes, at, end)
      const qos = bytes[filterEnd]
      if (filterEnd === -1 || (qos !== 0 && qos !== 1 && qos !== 2)) return
      const filter = bytes.toString('utf8', at + 2, filterEnd)
      bytes[filterEnd] = this.granting.filter(filter, qos)
      at = filterEnd + 1
    }
    this.granting.end(bytes.readUInt16BE(start))
  }

  #refuse(reason: string, start: number): number {
    this.violation = reason
    return start
  }
}

/** Goes to the log, for whoever wonders why a client is refused. */
function wrongProtocol(name: string, level: number): string {
  const asked = name === 'MQIsdp' ? 'MQTT 3.1' : level === 5 ? 'MQTT 5' : `protocol level ${level}`
  return `${asked} is not spoken here: set the client to MQTT 3.1.1 (mosquitto_sub -V mqttv311)`
}

/** Where a field with two bytes of length ends, or -1 when it does not fit. */
function fieldEnd(bytes: Buffer, at: number, end: number): number {
  if (at + 2 > end) return -1
  const fieldEnd = at + 2 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0))
  return fieldEnd > end ? -1 : fieldEnd
}

/** Flags, client id, will, user name, password [MQTT-3.1.2-3 to -24]; `at` is the protocol level's byte. */
function checkConnectFields(bytes: Buffer, levelAt: number, end: number, rules: TopicRules): string | null {
  const flags = bytes[levelAt + 1] ?? 0
  const will = (flags & 0x04) !== 0
  const willQos = (flags >> 3) & 3
  if ((flags & 1) !== 0) return 'reserved CONNECT flag is set'
  if (willQos === 3) return 'will QoS 3'
  if (!will && (flags & 0x38) !== 0) return 'will flags without a will'
  if ((flags & 0x40) !== 0 && (flags & 0x80) === 0) return 'password without a user name'
  let at = levelAt + 4
  const field = (check: ((start: number, end: number) => string | null) | null): string | null => {
    const next = fieldEnd(bytes, at, end)
    if (next === -1) return 'CONNECT is cut off'
    const start = at + 2
    at = next
    return check === null ? null : check(start, next)
  }
  const text = (start: number, next: number) => checkText(bytes, start, next)
  let reason = field(text)
  if (reason === null && will) {
    reason = field((start, next) => checkTopic(bytes, start, next, rules)) ?? field(null)
  }
  if (reason === null && (flags & 0x80) !== 0) reason = field(text)
  if (reason === null && (flags & 0x40) !== 0) reason = field(null)
  if (reason === null && at !== end) return 'bytes behind the end of CONNECT'
  return reason
}
