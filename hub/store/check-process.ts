import { asError } from '../../shared/errors.ts'
import { damageOfFile } from './check.ts'
import { standBack } from './stand-back.ts'

/** What a check's process says at its end, as one line of JSON. `damage`: what was found, `null` when all is well. */
export type CheckOutcome = { damage: string | null } | { error: string }

const [file = ''] = process.argv.slice(2)

standBack()
let outcome: CheckOutcome
try {
  outcome = { damage: damageOfFile(file) }
} catch (error) {
  outcome = { error: asError(error).message }
}
process.stdout.write(`${JSON.stringify(outcome)}\n`)
