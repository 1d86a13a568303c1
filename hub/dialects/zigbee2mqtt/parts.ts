import type { NotConnected } from '../said.ts'
import type { Expose } from './expose.ts'
import { type ExposedPart, genericPart, titleOf } from './generic.ts'
import { specificPart } from './specific.ts'

/** What a device is made of, and what of it is left out and why. Two that have one property are one. */
export function partsOf(exposes: readonly Expose[]): { parts: ExposedPart[]; left: NotConnected[] } {
  const parts = new Map<string, ExposedPart>()
  const left: NotConnected[] = []
  for (const expose of exposes) {
    const part = specificPart(expose) ?? genericPart(expose)
    if ('reason' in part)
      left.push({
        part: expose.property || expose.type,
        component: expose.type,
        name: titleOf(expose),
        reason: part.reason,
      })
    else if (!parts.has(part.property)) parts.set(part.property, part)
  }
  return { parts: [...parts.values()], left }
}
