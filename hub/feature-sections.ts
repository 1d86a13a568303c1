import type { z } from 'zod'
import type { SettingsSection } from './contract/settings-section.ts'

/**
 * The schemas of the sections that features bring, by their names. Throws when one stands in the way of another or of a key
 * of the hub's own: a fault of ours, which would read what somebody wrote for the one as the other's.
 */
export function featureSections(
  sections: readonly SettingsSection[],
  ownKeys: readonly string[],
): Record<string, z.ZodType> {
  const taken = new Set(ownKeys)
  const schemas: [string, z.ZodType][] = []
  for (const { name, schema } of sections) {
    if (taken.has(name))
      throw new Error(
        `a feature's section [${name}] of hub.toml has a name that the hub or another feature uses already`,
      )
    taken.add(name)
    schemas.push([name, schema.prefault({})])
  }
  return Object.fromEntries(schemas)
}
