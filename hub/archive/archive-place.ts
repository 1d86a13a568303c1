/** Where archives lie, as hub.toml says; see the settings of the feature `backups`. */
export type ArchivePlace =
  | { kind: 'folder'; folder: string }
  | { kind: 'usb'; label: string; folder: string }
  | { kind: 'command'; argv: readonly string[]; fetch: readonly string[] | null; limitMs: number }

/** A place as people know it. */
export function placeWords(place: ArchivePlace): string {
  switch (place.kind) {
    case 'folder':
      return place.folder
    case 'usb':
      return `the stick ${place.label}`
    case 'command':
      return `the command ${place.argv[0]}`
  }
}
