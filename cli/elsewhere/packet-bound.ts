/** More than any message of a hub has: lists come in pages. */
export const MOST_PACKET_BYTES = 16 * 1024 * 1024
/** Of the length of a packet [MQTT-2.2.3]. */
const MOST_DIGITS = 4

/**
 * Reads along in what is MQTT, and says when a packet claims to be larger than an answer can be. Whoever puts a packet together keeps
 * all of it in memory until its end, which need never come.
 */
export class PacketBound {
  /** Bytes that are left of the packet under way. */
  #left = 0
  #digits = 0
  #length = 0
  #isInHeader = false

  /** Whether a piece may be taken. After one that may not, nothing is known any more. */
  take(piece: Uint8Array): boolean {
    for (let at = 0; at < piece.length; ) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, piece.length - at)
        this.#left -= taken
        at += taken
      } else {
        if (!this.#takeHeader(piece[at] ?? 0)) return false
        at += 1
      }
    }
    return true
  }

  /** One byte of a fixed header: the kind of packet, then seven bits of its length in each. */
  #takeHeader(byte: number): boolean {
    if (!this.#isInHeader) {
      this.#isInHeader = true
      this.#digits = 0
      this.#length = 0
      return true
    }
    this.#length += (byte & 127) * 128 ** this.#digits
    this.#digits += 1
    if (byte > 127) return this.#digits < MOST_DIGITS
    this.#isInHeader = false
    this.#left = this.#length
    return this.#length <= MOST_PACKET_BYTES
  }
}
