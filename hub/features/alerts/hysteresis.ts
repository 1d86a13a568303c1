import { ruleKind } from './rule-kinds.ts'
import type { AlertRule } from './rule-row.ts'

/**
 * Whether a value is beyond its threshold. Between the one that raises and the one that ends, it stays as it was. `null`: it is
 * not known.
 */
export function isBeyond(
  { kind, on_at: onAt, off_at: offAt }: Pick<AlertRule, 'kind' | 'on_at' | 'off_at'>,
  value: number | boolean | null,
  was: boolean,
): boolean | null {
  if (typeof value === 'boolean' || value === null) return value
  if (onAt === null) return null
  const sign = ruleKind(kind)?.isBelow ? -1 : 1
  if (sign * value > sign * onAt) return true
  const end = offAt ?? onAt
  // Exactly at the threshold that ends counts as over where both are the same.
  return was && sign * value > sign * end
}
