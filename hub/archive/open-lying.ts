import { existsSync } from 'node:fs'
import { LaresError } from '../../shared/errors.ts'
import { ArchiveCommand } from './archive-command.ts'
import { ArchiveFolder } from './archive-folder.ts'
import { type ArchivePlace, placeWords } from './archive-place.ts'
import { archiveStream } from './archive-stream.ts'

/**
 * Opens an archive where it lies. `over` rejects where whoever gives it did not end well; call it when all was read. Throws `not_found`,
 * `device_missing` or `unreachable` where it is away, and `bad_params` where nobody can read from that place.
 */
export function openLying({ place, name }: { place: ArchivePlace; name: string }): {
  bytes: ReadableStream<Uint8Array>
  over: () => Promise<void>
} {
  if (place.kind !== 'command') {
    const file = new ArchiveFolder(place).file(name)
    if (!existsSync(file))
      throw new LaresError('not_found', `${placeWords(place)} has no ${name} any more`, {
        hint: 'lares backups list shows what is there.',
      })
    return { bytes: archiveStream(file).open(), over: async () => {} }
  }
  if (place.fetch === null)
    throw new LaresError('bad_params', `nobody knows how to read from ${placeWords(place)}`, {
      hint: 'Name a command that writes an archive to its standard output: fetch of this place in [backup] of hub.toml.',
    })
  const command = new ArchiveCommand(place.fetch, { name, limitMs: place.limitMs, gives: true })
  return { bytes: command.output, over: () => command.over() }
}
