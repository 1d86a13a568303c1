import { basename, dirname } from 'node:path'
import { layBeside } from '../../../hub/archive/lay-beside.ts'
import { finishRestore } from '../../../hub/core/finish-restore.ts'
import { decideHouseExchange } from '../../../hub/store/whole-exchange.ts'

/** What a hub that runs, its process for archives, and its next start do of a restore, one after the other. */
const [, , folder = '', archive = ''] = process.argv
const place = { kind: 'folder', folder: dirname(archive) } as const
const name = basename(archive)
const { house, madeAt, version } = await layBeside({ task: 'restore', place, name, folder, passphrase: null }, () => {})
decideHouseExchange(folder, { house, made_at: madeAt, version, name }, 5)
finishRestore(folder)
