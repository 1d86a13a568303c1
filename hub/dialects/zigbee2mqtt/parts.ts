import type { NotConnected } from '../said.ts'
import type { Expose } from './expose.ts'
import { type ExposedPart, genericPart, titleOf } from './generic.ts'
import { specificPart } from './specific.ts'

/**
 * What a device is made of, and what of it is left out and why. Two that have one property are one. What a lamp or a thermostat has
 * and what is no part of that itself is an entity of its own.
 */
export function partsOf(exposes: readonly Expose[]): { parts: ExposedPart[]; left: NotConnected[] } {
  const parts = new Map<string, ExposedPart>()
  const left: NotConnected[] = []
  const add = (expose: Expose, part: ExposedPart | { reason: string }) => {
    if ('reason' in part)
      left.push({
        part: expose.property || expose.type,
        component: expose.type,
        name: titleOf(expose),
        reason: part.reason,
      })
    else if (!parts.has(part.property)) parts.set(part.property, part)
  }
  for (const expose of exposes) {
    const whole = specificPart(expose, exposes)
    if (whole === null) {
      add(expose, genericPart(expose))
      continue
    }
    add(expose, whole)
    const used = new Set('reason' in whole ? [] : whole.uses)
    for (const one of expose.features) if (!used.has(one)) add(one, genericPart(one))
  }
  return { parts: [...parts.values()], left }
}
