import { explain } from '../shared/errors.ts'
import { programVersion } from '../shared/version.ts'

const HELP = `Lares: the hub of a house and the agents on its Raspberry Pis and speakers

lares hub …            the house's hub (lares hub --help)
lares edge …           the agent of this machine (lares edge --help)
lares central …        the Postgres where many houses meet (lares central --help)
lares <area> <verb> …  ask the hub: lares devices list, lares hub status (lares help)

  --version, --help
`

/** Only what is asked for is loaded: an agent has no use for the hub's code, nor the memory for it. */
async function main([first, ...rest]: string[]): Promise<number> {
  // Databases and sockets are for their owner and its group.
  process.umask(0o027)
  if (first === undefined || first === '--help') {
    process.stdout.write(HELP)
    return first === undefined ? 1 : 0
  }
  if (first === '--version') {
    process.stdout.write(`${programVersion()}\n`)
    return 0
  }
  // `lares hub status` is a question to a running hub; the other words of `lares hub` are the program itself.
  if (first === 'hub' && rest[0] !== 'status') return (await import('../hub/main.ts')).runHub(rest)
  if (first === 'edge') return (await import('../edge/main.ts')).runEdge(rest)
  if (first === 'central') return (await import('../central/main.ts')).runCentral(rest)
  return (await import('./ask.ts')).ask([first, ...rest])
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
    // Sockets that are still closing must not hold up a finished program.
    setImmediate(() => process.exit(code))
  },
  (error: unknown) => {
    process.stderr.write(`${explain(error)}\n`)
    process.exit(1)
  },
)
