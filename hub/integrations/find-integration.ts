import { plainWords } from './device-classes.ts'
import { HOME_INTEGRATIONS } from './home-integrations.ts'
import type { Integration } from './integration.ts'
import { OTHER_INTEGRATIONS } from './other-integrations.ts'

/** Every integration that is known, the usual one for a brand before others. */
export const INTEGRATIONS: readonly Integration[] = [...HOME_INTEGRATIONS, ...OTHER_INTEGRATIONS]

const BY_NAME: ReadonlyMap<string, Integration> = new Map(INTEGRATIONS.map((one) => [key(one.integration_name), one]))
const BY_BRAND: ReadonlyMap<string, readonly Integration[]> = byBrand()
/** Of a brand. */
const MOST_WORDS = 3

/** The integration of this name, as Home Assistant calls it. */
export function integrationNamed(name: string): Integration | undefined {
  return BY_NAME.get(key(name))
}

/**
 * The integration for devices of a brand that stands in one of these texts; earlier texts go before later ones, and longer names
 * before shorter ones. Where a brand has several, the one whose devices are of this class. `null`: the brand is not known.
 */
export function integrationFor(texts: readonly string[], deviceClass: string | null): Integration | null {
  for (const text of texts) {
    const words = plainWords(text)
    for (let count = Math.min(MOST_WORDS, words.length); count > 0; count -= 1)
      for (let at = 0; at + count <= words.length; at += 1) {
        const found = BY_BRAND.get(words.slice(at, at + count).join(' '))
        const [usual] = found ?? []
        if (found && usual) return found.find((one) => isFor(one, deviceClass)) ?? usual
      }
  }
  return null
}

/** Whether devices of this class are among those of the integration. */
export function isFor({ device_classes }: Integration, deviceClass: string | null): boolean {
  return deviceClass !== null && device_classes.includes(deviceClass)
}

function byBrand(): Map<string, Integration[]> {
  const all = new Map<string, Integration[]>()
  for (const one of INTEGRATIONS)
    for (const brand of one.brand_keywords) all.set(key(brand), [...(all.get(key(brand)) ?? []), one])
  return all
}

function key(name: string): string {
  return plainWords(name).join(' ')
}
