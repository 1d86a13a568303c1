import { asError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { FeatureParts } from '../contract/feature-parts.ts'
import type { Front, FrontPart, OpenFrontPart } from '../contract/front-part.ts'

/** What a feature has beside the broker, or why that could not be loaded. */
export interface LoadedFrontPart {
  feature: string
  open: OpenFrontPart | Error
}

/** Never rejects: the hub starts with the rest. */
export function loadFrontParts(features: readonly FeatureParts[]): Promise<LoadedFrontPart[]> {
  return Promise.all(
    features
      .flatMap(({ name: feature, front }) => (front ? [{ feature, front }] : []))
      .map(async ({ feature, front }) => {
        try {
          return { feature, open: await front() }
        } catch (error) {
          return { feature, open: asError(error) }
        }
      }),
  )
}

/** Opens what was loaded. One that fails is left out until the next start of the hub, whose health names it. */
export function openFrontParts(loaded: readonly LoadedFrontPart[], front: Front): FrontPart[] {
  return loaded.flatMap(({ feature, open }) => {
    try {
      if (open instanceof Error) throw open
      return [open(front)]
    } catch (error) {
      notOpened(feature, asError(error), front)
      return []
    }
  })
}

function notOpened(feature: string, error: Error, { health, log }: { health: Front['health']; log: Log }): void {
  log.error({ feature, error: error.stack }, 'a feature has no part beside the broker; the others go on')
  const words = `the feature "${feature}" failed as it was opened, and does nothing beside the broker: ${error.message}`
  health.raise(`front:${feature}`, 'part_failed', words)
}
