import { exitCodeOf, lastWords } from '../shared/exit-code.ts'
import { runLares } from './lares.ts'

// Databases and sockets are for their owner and its group.
process.umask(0o027)

runLares(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
    // Sockets that are still closing must not hold up a finished program, and what it wrote is to be read to its end.
    process.stdout.write('', () => setImmediate(() => process.exit(code)))
  },
  (error: unknown) => {
    process.stderr.write(lastWords(error, process.argv))
    process.exit(exitCodeOf(error))
  },
)
