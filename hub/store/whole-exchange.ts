import { existsSync, lstatSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeDurably } from '../../shared/durable-file.ts'
import { syncFolder } from '../../shared/sync-file.ts'
import { COMPANIONS } from './files.ts'

const UNPACKED = 'restoring.'
/** How something is called in the data folder while it is unpacked: never decided as long as nothing else says so. */
export const unpackedName = (name: string) => UNPACKED + name

/** From when this file is there the unpacked house is the one; from when it is called so, nothing of the one before lies in its place. */
const DECIDED = /^restored-(\d+)\.(decided|room)$/
const decision = (at: number | string, stage: 'decided' | 'room') => `restored-${at}.${stage}`
const asideName = (name: string, at: number | string) => `${name}.aside-${at}`
/** What belongs to one house and not to another one, the file of the database last. */
export const OF_A_HOUSE: readonly string[] = [
  ...['hub.toml.restored', 'tls.key', 'tls.crt', 'ca.key', 'ca.crt', 'central.url', 'keys', 'clips', 'backups'],
  ...['hub.db-running', 'hub.db-unchecked', 'hub.db-scrub', 'hub.db.salvage'],
]
const DATABASE_NAMES = COMPANIONS.map((suffix) => `hub.db${suffix}`)

/**
 * Puts an unpacked, checked and synced house in the place of the one that is there; everything of that one is set aside. One rename
 * decides: whoever is interrupted after it, the next who opens the data folder brings it to its end. All of it happens in one folder, because not
 * every file system moves something from one to another as a whole. Nobody may have either of them open. Returns how what was set aside is
 * called, `null` where there was nothing.
 */
export function exchangeHouse(folder: string, now: number): string | null {
  const taken = namesIn(folder)
  let at = now
  while (taken.some((name) => name.endsWith(`.aside-${at}`))) at += 1
  syncFolder(folder)
  writeDurably(join(folder, decision(at, 'decided')), '')
  finishHouseExchange(folder)
  return namesIn(folder).some((name) => name.includes(`.aside-${at}`)) ? join(folder, asideName('*', at)) : null
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

function makeRoom(folder: string, at: string): void {
  const present = [...OF_A_HOUSE, ...DATABASE_NAMES].filter((name) => isThere(join(folder, name)))
  for (const name of present) renameSync(join(folder, name), freePath(join(folder, databaseAside(name, at))))
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
