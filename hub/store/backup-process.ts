import { asError } from '../../shared/errors.ts'
import { writeBackup } from './backup.ts'
import { standBack } from './stand-back.ts'

/** What a backup's process says at its end, as one line of JSON. */
export type BackupOutcome = { file: string } | { error: string }

const [source = '', folder = '', now = '', extent = ''] = process.argv.slice(2)
const hub = process.ppid

/** The folder may be another house's by the time a process without its hub is done. */
function checkHub(): void {
  if (process.ppid !== hub) throw new Error('the hub ended meanwhile')
}

standBack()
let outcome: BackupOutcome
try {
  outcome = { file: writeBackup({ source, folder, now: Number(now), whole: extent === 'whole', before: checkHub }) }
} catch (error) {
  outcome = { error: asError(error).message }
}
process.stdout.write(`${JSON.stringify(outcome)}\n`)
