import { existsSync, lstatSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeDurably } from '../../shared/durable-file.ts'
import { giveToOwnerOf } from '../../shared/give-to-owner.ts'
import { syncFolder } from '../../shared/sync-file.ts'
import { COMPANIONS } from './files.ts'
import { RESTORED_NOTE, type RestoredNote } from './restored-note.ts'

const UNPACKED = 'restoring.'
/** How something is called in the data folder while it is unpacked: never decided as long as nothing else says so. */
export const unpackedName = (name: string) => UNPACKED + name

/** From when this file is there the unpacked house is the one; from when it is called so, nothing of the one before lies in its place. */
const DECIDED = /^restored-(\d+)\.(decided|room)$/
const decision = (at: number | string, stage: 'decided' | 'room') => `restored-${at}.${stage}`
const asideName = (name: string, at: number | string) => `${name}.aside-${at}`
/** What belongs to one house and not to another one, the file of the database last. */
export const OF_A_HOUSE: readonly string[] = [
  ...[
    'hub.toml.restored',
    RESTORED_NOTE,
    'tls.key',
    'tls.crt',
    'ca.key',
    'ca.crt',
    'central.url',
    'keys',
    'clips',
    'backups',
  ],
  ...['hub.db-running', 'hub.db-unchecked', 'hub.db-scrub', 'hub.db.salvage'],
]
const DATABASE_NAMES = COMPANIONS.map((suffix) => `hub.db${suffix}`)

/** What is known of a house before it is decided that it is the one. */
export type HouseToBe = Pick<RestoredNote, 'house' | 'made_at' | 'version' | 'name'>

/**
 * Puts an unpacked, checked and synced house in the place of the one that is there; everything of that one is set aside. Nobody may have
 * either of them open. Returns how what was set aside is called, `null` where there was nothing.
 */
export function exchangeHouse(folder: string, house: HouseToBe, now: number): string | null {
  const { aside } = decideHouseExchange(folder, house, now)
  finishHouseExchange(folder)
  return aside
}

/**
 * Decides that an unpacked, checked and synced house is the one. One rename decides, and nothing else is moved: the next who opens the data
 * folder brings it to its end, whoever has the present house open until then. All of it happens in one folder, because not every file system
 * moves something from one to another as a whole. Throws what the disk says; then nothing is decided.
 */
export function decideHouseExchange(folder: string, house: HouseToBe, now: number): RestoredNote {
  const taken = namesIn(folder)
  let at = now
  while (taken.some((name) => name.endsWith(`.aside-${at}`))) at += 1
  const isAnythingThere = presentNames(folder).length > 0
  const aside = isAnythingThere ? join(folder, asideName('*', at)) : null
  const note: RestoredNote = { ...house, restored_at: now, aside }
  const file = join(folder, unpackedName(RESTORED_NOTE))
  writeDurably(file, `${JSON.stringify(note, null, 1)}\n`)
  giveToOwnerOf(folder, file)
  writeDurably(join(folder, decision(at, 'decided')), '')
  return note
}

/** Whether a restore was interrupted here: `finishHouseExchange` has something to do. */
export function isHouseExchanged(folder: string): boolean {
  return namesIn(folder).some((name) => name.startsWith(UNPACKED) || DECIDED.test(name))
}

/**
 * Brings an exchange to its end that was interrupted after it was decided, and removes what was unpacked for one that was not.
 * Call with the folder's lock, before anything in it is read. Twice is safe.
 */
export function finishHouseExchange(folder: string): void {
  for (const name of namesIn(folder)) {
    const [, at = '', stage] = DECIDED.exec(name) ?? []
    if (stage === 'decided') makeRoom(folder, at)
    if (stage !== undefined) takePlaces(folder, at)
  }
  removeUnpacked(folder)
}

/** Removes what was unpacked and is not to be used. What was decided stays, whatever hindered it: nothing else is left of that house here. */
export function removeUnpacked(folder: string): void {
  const names = namesIn(folder)
  if (names.some((name) => DECIDED.test(name))) return
  for (const name of names) if (name.startsWith(UNPACKED)) rmSync(join(folder, name), { recursive: true, force: true })
}

/** Removes what was unpacked of a house that is not to be the one, and nothing else that lies unpacked there. */
export function removeUnpackedHouse(folder: string): void {
  if (namesIn(folder).some((name) => DECIDED.test(name))) return
  for (const name of [...OF_A_HOUSE, ...DATABASE_NAMES])
    rmSync(join(folder, unpackedName(name)), { recursive: true, force: true })
}

function presentNames(folder: string): string[] {
  return [...OF_A_HOUSE, ...DATABASE_NAMES].filter((name) => isThere(join(folder, name)))
}

function makeRoom(folder: string, at: string): void {
  for (const name of presentNames(folder))
    renameSync(join(folder, name), freePath(join(folder, databaseAside(name, at))))
  syncFolder(folder)
  renameSync(join(folder, decision(at, 'decided')), join(folder, decision(at, 'room')))
  syncFolder(folder)
}

/** A database and its log keep belonging together: `hub.db.aside-1` and `hub.db.aside-1-wal`. */
function databaseAside(name: string, at: string): string {
  return DATABASE_NAMES.includes(name) ? name.replace('hub.db', asideName('hub.db', at)) : asideName(name, at)
}

function takePlaces(folder: string, at: string): void {
  for (const name of [...OF_A_HOUSE, 'hub.db']) {
    const [unpacked, place] = [join(folder, unpackedName(name)), join(folder, name)]
    if (existsSync(unpacked) && !existsSync(place)) renameSync(unpacked, place)
  }
  syncFolder(folder)
  rmSync(join(folder, decision(at, 'room')))
  syncFolder(folder)
}

/** Somebody may have had a file of this name already. */
function freePath(path: string): string {
  return isThere(path) ? freePath(`${path}-again`) : path
}

/** Also a link to a disk that is away: a folder cannot be moved to where one lies. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}
