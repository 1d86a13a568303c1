import { LaresError } from '../../../shared/errors.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import type { ArchivePlace } from '../../archive/archive-place.ts'
import { readSection } from '../../contract/settings-section.ts'
import { archivePlace, BACKUP, type BackupSettings } from './settings.ts'

/** A place of hub.toml by its name, with the settings around it. Throws `not_found` with the nearest one. */
export function placeToUse(
  key: string,
  settings: Readonly<Record<string, unknown>>,
): { settings: BackupSettings; at: ArchivePlace } {
  const section = readSection(BACKUP, settings)
  const entry = Object.hasOwn(section.to, key) ? section.to[key] : undefined
  if (entry) return { settings: section, at: archivePlace(entry) }
  throw noSuchPlace(key, Object.keys(section.to))
}

export function noSuchPlace(key: string, there: readonly string[]): LaresError {
  const nearest = nearestName(key, there)
  return new LaresError('not_found', `[backup] of hub.toml names no place ${key}`, {
    hint:
      there.length === 0
        ? 'Name one in [backup] of hub.toml and restart the hub: docs/backup.md shows how.'
        : `${nearest === null ? '' : `Did you mean ${nearest}? `}There are ${there.join(', ')}.`,
  })
}
