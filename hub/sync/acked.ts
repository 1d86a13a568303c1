import type { AckedPart } from '../engine/sync-step.ts'

/** Nothing was sent, only the position changed. */
export const NOTHING: Omit<AckedPart, 'stream'> = {
  ledger: { rows: 0, merged: 0, duplicates: 0, quarantined: 0, bytes: 0 },
  held: [],
  settled: [],
  unknown: [],
}

/** Two parts of one stream, the second after the first. */
export function joinParts(a: AckedPart, b: AckedPart): AckedPart {
  const sum = (of: keyof AckedPart['ledger']) => a.ledger[of] + b.ledger[of]
  return {
    stream: b.stream,
    ledger: {
      rows: sum('rows'),
      merged: sum('merged'),
      duplicates: sum('duplicates'),
      quarantined: sum('quarantined'),
      bytes: sum('bytes'),
    },
    held: [...a.held, ...b.held],
    settled: [...a.settled, ...b.settled],
    unknown: b.unknown,
  }
}
