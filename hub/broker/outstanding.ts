const PUBLISH = 3
const PUBACK = 4
const PUBREC = 5
const PUBREL = 6
const PUBCOMP = 7

type Acknowledgement = typeof PUBACK | typeof PUBREC | typeof PUBCOMP

const NAMES = { [PUBACK]: 'PUBACK', [PUBREC]: 'PUBREC', [PUBCOMP]: 'PUBCOMP' } as const

/**
 * Which acknowledgement each message that was sent to a client waits for [MQTT-4.3.2-2, MQTT-4.3.3-2]. A wrong one is a
 * protocol violation [MQTT-4.8.0-1]; Aedes 1.2.0 takes any for the right one and forgets the message.
 */
export class Outstanding {
  /** QoS 0 messages that were sent so far: nothing is due for them. */
  unacknowledged = 0
  #due = new Map<number, Acknowledgement>()

  /**
   * Whole packets on their way to the client. Returns why the connection must end, or `null`: an id is never given to two
   * messages at a time [MQTT-2.3.1-4].
   */
  sent(bytes: Buffer): string | null {
    for (let at = 0; at < bytes.length; ) {
      const first = bytes[at] ?? 0
      let body = at + 1
      let remaining = 0
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[body] ?? 0
        body += 1
        remaining += (byte & 0x7f) << shift
        if (byte < 0x80) break
      }
      const qos = (first >> 1) & 3
      if (first >> 4 === PUBLISH && qos === 0) this.unacknowledged += 1
      else if (first >> 4 === PUBLISH) {
        const id = bytes.readUInt16BE(body + 2 + bytes.readUInt16BE(body))
        if (this.#due.has(id)) return 'the client acknowledges nothing: no packet id is left'
        this.#due.set(id, qos === 1 ? PUBACK : PUBREC)
      } else if (first >> 4 === PUBREL) this.#due.set(bytes.readUInt16BE(body), PUBCOMP)
      at = body + remaining
    }
    return null
  }

  /** Returns why the connection must end, or `null`. Ids of an earlier connection, and repetitions, are not known here. */
  answered(type: Acknowledgement, id: number): string | null {
    const due = this.#due.get(id)
    if (due === undefined) return null
    // PUBREC may come again until PUBCOMP: its PUBREL may be under way.
    if (type === PUBREC && due !== PUBACK) return null
    if (type !== due) return `${NAMES[type]} came where ${NAMES[due]} is due`
    this.#due.delete(id)
    return null
  }
}
