import type { CommandShape } from './schema.ts'

/** The same on the command line: `lares devices rename 'Kitchen Pi' Pantry`. Secrets are asked for there. */
export function typedCommand(
  { area, verb, positional, secret_params }: CommandShape,
  typed: Record<string, string>,
): string {
  const given = Object.entries(typed).filter(([name, value]) => value !== '' && !secret_params.includes(name))
  // Positions are filled from the first on, without a hole.
  const names = new Set(given.map(([name]) => name))
  const hole = positional.findIndex((name) => !names.has(name))
  const placed = hole === -1 ? positional : positional.slice(0, hole)
  const first = placed.map((name) => quoted(typed[name] ?? ''))
  const options = given
    .filter(([name]) => !placed.includes(name))
    .map(([name, value]) => `--${name.replaceAll('_', '-')} ${quoted(value)}`)
  return ['lares', area, verb, ...first, ...options].join(' ')
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
