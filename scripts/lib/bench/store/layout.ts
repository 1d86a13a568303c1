import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** What the benchmark of the store uses of a checkout: seams that the layouts it compares have in common. */
export interface Layout {
  openHouse: typeof import('../../../../hub/core/open-house.ts').openHouse
  BackupCopier: typeof import('../../../../hub/core/backup-copier.ts').BackupCopier
  BatchWriter: typeof import('../../../../hub/engine/batch.ts').BatchWriter
  findAdminCommand: typeof import('../../../../hub/features/commands.ts').findAdminCommand
  centralTables: typeof import('../../../../hub/store/central-tables.ts').centralTables
  CHAIN_START: typeof import('../../../../hub/sync/chain.ts').CHAIN_START
  UploadSource: typeof import('../../../../hub/sync/upload-source.ts').UploadSource
  silentLog: typeof import('../../../../shared/log.ts').silentLog
  openDatabase: typeof import('../../../../shared/sqlite/open.ts').openDatabase
}

const MODULES = [
  'hub/core/open-house.ts',
  'hub/core/backup-copier.ts',
  'hub/engine/batch.ts',
  'hub/features/commands.ts',
  'hub/store/central-tables.ts',
  'hub/sync/chain.ts',
  'hub/sync/upload-source.ts',
  'shared/log.ts',
  'shared/sqlite/open.ts',
]

/** Loads the modules of the checkout at `root`: this one, or an older one. One process can load several. */
export async function loadLayout(root: string): Promise<Layout> {
  const loaded = await Promise.all(MODULES.map((path) => import(pathToFileURL(join(root, path)).href)))
  return Object.assign({}, ...loaded) as Layout
}
