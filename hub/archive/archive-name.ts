import { cutText, endOfText } from '../../shared/cut-text.ts'

/** `lares-<house>-<tail of its id>-<UTC>.tar`, and `.age` behind it where a passphrase keeps it. */
const NAME = /^lares-(?:([a-z0-9-]+)-)?([a-z0-9]{8})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.tar(\.age)?$/
const SLUG_LENGTH = 24
const OWNER_LENGTH = 8

/** What an archive's name says of it. */
export interface ArchiveName {
  /** Whose it is: the last eight characters of the id of its hub's first house. Archives of other hubs are left alone. */
  owner: string
  /** When it was made, ms since 1970 UTC, to the second. */
  madeAt: number
  sealed: boolean
}

export interface NamedHouse {
  id: string
  name: string
}

/** Which archives are those of this hub, however its house is called by now. */
export function archiveOwner({ id }: Pick<NamedHouse, 'id'>): string {
  const plain = id.toLowerCase().replace(/[^a-z0-9]/g, '')
  return endOfText(plain, OWNER_LENGTH).padStart(OWNER_LENGTH, '0')
}

/** The file name of an archive of this house. */
export function archiveName(house: NamedHouse, { now, sealed }: { now: number; sealed: boolean }): string {
  const slug = slugOf(house.name)
  const time = `${new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')}`
  return `lares-${slug === '' ? '' : `${slug}-`}${archiveOwner(house)}-${time}.tar${sealed ? '.age' : ''}`
}

/** `null`: it is no name of an archive. */
export function readArchiveName(name: string): ArchiveName | null {
  const found = NAME.exec(name)
  if (!found) return null
  const [, , owner = '', ...rest] = found
  const [year, month, day, hour, minute, second] = rest.map(Number) as [number, number, number, number, number, number]
  return { owner, madeAt: Date.UTC(year, month - 1, day, hour, minute, second), sealed: found[9] !== undefined }
}

/** Whether the name of an archive says that a passphrase keeps it. */
export function isSealedName(name: string): boolean {
  return name.endsWith('.age')
}

/** What a file name may have anywhere, also on a stick of a camera. */
function slugOf(name: string): string {
  const letters = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
  return cutText(letters, SLUG_LENGTH).replace(/^-+|-+$/g, '')
}
