import type { ProgramCall } from '../shared/program.ts'
import type { EDGE_PROGRAM } from './program.ts'

export type EdgeVerb = (typeof EDGE_PROGRAM.verbs)[number]['verb']

export interface EdgeOptions {
  verb: EdgeVerb
  /** The token of `join`. */
  token: string | null
  /** What follows `log-level`. */
  part: string | null
  level: string | null
  /** What is to be pressed. */
  button: string | null
  /** How long that level lasts; `null`: until the agent ends. */
  minutes: number | null
  data: string | null
  config: string | null
  name: string | null
  again: boolean
  /** `config` is to show a file with every key. */
  example: boolean
  json: boolean
}

/** What the words after `lares edge` say, once they were read. */
export function edgeOptions({ verb, params, values }: ProgramCall): EdgeOptions {
  const text = (name: string) => (values.has(name) ? String(values.get(name)) : null)
  return {
    verb: verb as EdgeVerb,
    token: params[0] ?? null,
    part: params[0] ?? null,
    level: params[1] ?? null,
    button: params[0] ?? null,
    minutes: typeof values.get('for') === 'number' ? Number(values.get('for')) : null,
    data: text('data'),
    config: text('config'),
    name: text('name'),
    again: values.get('again') === true,
    example: values.get('example') === true,
    json: values.get('json') === true,
  }
}
