/** Identity of a sequenced message beside its device. */
export interface MessageIdentity {
  epoch: string
  lane: 'urgent' | 'live' | 'backlog'
  seq: number
}

const LANES = new Set(['urgent', 'live', 'backlog'])

/** The identity of a checked message, or `null` when it has none: stored, without de-duplication. */
export function identityOf(message: unknown): MessageIdentity | null {
  const { epoch, lane, seq } = message as Partial<MessageIdentity>
  return epoch !== undefined && lane !== undefined && seq !== undefined ? { epoch, lane, seq } : null
}

/**
 * The identity of a message that did not pass its schema, as far as it can be read: the device must learn that this
 * row is dealt with, or it would send it for ever.
 */
export function looseIdentity(payload: Buffer): MessageIdentity | null {
  const fields = looseFields(payload)
  const epoch = soundEpoch(fields?.epoch)
  if (!fields || epoch === null) return null
  const { lane, seq } = fields
  if (typeof lane !== 'string' || !LANES.has(lane)) return null
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 1) return null
  return { epoch, lane: lane as MessageIdentity['lane'], seq }
}

/** The epoch of a birth that did not pass its schema: its device waits for word of how far the hub is. */
export function looseEpoch(payload: Buffer): string | null {
  return soundEpoch(looseFields(payload)?.epoch)
}

function looseFields(payload: Buffer): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(payload.toString())
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : null
  } catch {
    return null // not JSON at all: there is nothing to read
  }
}

function soundEpoch(epoch: unknown): string | null {
  const sound =
    typeof epoch === 'string' && epoch.length > 0 && epoch.length <= 64 && epoch.isWellFormed() && !epoch.includes('\0')
  return sound ? epoch : null
}
