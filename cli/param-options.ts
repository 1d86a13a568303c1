import type { DescribedCommand, JsonSchema } from '../shared/admin/described-command.ts'
import type { Option } from '../shared/options.ts'

/** What a param of a command takes on the command line. */
export interface ParamOption extends Option {
  required: boolean
  /** See `JsonSchema.format`. */
  format?: string
}

/** How a param is written as an option. */
export function optionName(param: string): string {
  return param.replaceAll('_', '-')
}

/**
 * The params of a command by their name with `-`, read from its schema. Secrets are asked for and are no options, but for a list,
 * of which the file is named that holds it.
 */
export function paramOptions({ params, secret_params }: DescribedCommand): Map<string, ParamOption> {
  const required = new Set(params.required ?? [])
  const open = Object.entries(params.properties ?? {}).filter(
    ([name, { format }]) => format === 'file' || !secret_params.includes(name),
  )
  return new Map(open.map(([name, schema]) => [optionName(name), optionOf(schema, required.has(name))]))
}

/** The param of a command that is a list read from a file. */
export function fileParam({ params }: Pick<DescribedCommand, 'params'>): string | undefined {
  return Object.entries(params.properties ?? {}).find(([, { format }]) => format === 'file')?.[0]
}

/** How a param is called that takes its value by position: a list by the file that holds it. */
export function wordOf(name: string, { format }: Pick<ParamOption, 'format'> = {}): string {
  return format === 'file' || format === 'json-file' ? 'file' : name
}

function optionOf(schema: JsonSchema, required: boolean): ParamOption {
  const choices = schema.enum?.map(String)
  const kind = schema.type === 'boolean' ? 'switch' : isNumber(schema) ? 'number' : 'text'
  return {
    kind,
    required,
    mayBeEmpty: true,
    says: sayingOf(schema, required),
    ...(choices ? { choices } : {}),
    ...(schema.format === undefined ? {} : { format: schema.format, value: VALUES.get(schema.format) ?? 'TEXT' }),
  }
}

/** What a value of a format is called in help. */
const VALUES: ReadonlyMap<string, string> = new Map([
  ['time', 'TIME'],
  ['time-ahead', 'TIME'],
  ['device', 'DEVICE'],
  ['sensor', 'SENSOR'],
  ['file', 'FILE'],
  ['json-file', 'FILE'],
])

function isNumber({ type }: JsonSchema): boolean {
  return type === 'integer' || type === 'number'
}

function sayingOf(schema: JsonSchema, required: boolean): string {
  const fallback = schema.default === undefined || schema.default === false ? '' : `default ${schema.default}`
  const bound = isNumber(schema) && schema.maximum !== undefined ? `at most ${schema.maximum}` : ''
  return [schema.description ?? '', required ? 'needed' : '', bound, fallback].filter((part) => part !== '').join(', ')
}
