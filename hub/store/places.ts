import { join } from 'node:path'

/** Where the parts of a hub's data folder lie. */
export const storeFile = (folder: string) => join(folder, 'hub.db')
export const backupFolder = (folder: string) => join(folder, 'backups')
export const lockFile = (folder: string) => join(folder, 'lock.db')
