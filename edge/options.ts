import { parseArgs } from 'node:util'
import { LaresError } from '../shared/errors.ts'

export type EdgeVerb = 'join' | 'run' | 'doctor' | 'status'

export interface EdgeOptions {
  verb: EdgeVerb
  /** The token of `join`. */
  token: string | null
  data: string | null
  config: string | null
  name: string | null
  again: boolean
  json: boolean
}

export const EDGE_HELP = `lares edge: the agent on a Raspberry Pi

  lares edge join <token> [--name NAME] [--again]   make this machine a device of a hub
  lares edge run                                    sample, listen and send until it is stopped
  lares edge doctor [--json]                        check everything this agent needs
  lares edge status [--json]                        how the running agent is

  --data DIR      where identity and outbox are kept (default: the service's state folder)
  --config FILE   configuration (default: /etc/lares/edge.toml, if it is there)
  --name NAME     what the house calls this device (default: the name in the invitation)
  --again         join although this agent has an identity
  --json          for programs
`

const VERBS: readonly EdgeVerb[] = ['join', 'run', 'doctor', 'status']

/** Reads the words after `lares edge`. `null`: help is wanted. Throws `bad_params` for what it does not know. */
export function parseEdgeOptions(argv: string[]): EdgeOptions | null {
  const { values, positionals } = parseOrRefuse(argv)
  if (values.help || positionals.length === 0) return null
  const verb = VERBS.find((known) => known === positionals[0])
  if (verb === undefined) throw refuse(`there is no lares edge ${positionals[0]}`)
  const wanted = verb === 'join' ? 2 : 1
  if (positionals.length < wanted) throw refuse('a join token is missing')
  if (positionals.length > wanted) throw refuse(`lares edge ${verb} takes no ${positionals[wanted]}`)
  return {
    verb,
    token: positionals[1] ?? null,
    data: values.data ?? null,
    config: values.config ?? null,
    name: values.name ?? null,
    again: values.again ?? false,
    json: values.json ?? false,
  }
}

function parseOrRefuse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        config: { type: 'string' },
        name: { type: 'string' },
        again: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : String(cause), cause)
  }
}

function refuse(message: string, cause?: unknown): LaresError {
  return new LaresError('bad_params', message, { cause, hint: 'See lares edge --help.' })
}
