import type { DescribedCommand } from '../shared/admin/described-command.ts'
import { paramKinds } from './parse-call.ts'

/** Every command with its one line. */
export function help(commands: readonly DescribedCommand[]): string {
  const width = Math.max(...commands.map(({ area, verb }) => area.length + verb.length + 1))
  const lines = commands.map(({ area, verb, summary }) => `  ${`${area} ${verb}`.padEnd(width)}  ${summary}`)
  return `Ask the hub:\n\n${lines.join('\n')}\n\nlares help <area> <verb> shows the options of one. --data DIR or --socket PATH says which hub (--base TOPIC when it has another than the hub of DIR); --json prints the bare answer.\n`
}

/** One command with its params and examples. */
export function commandHelp(command: DescribedCommand): string {
  const { area, verb } = command
  const positional = command.positional.map((name) => `<${name}>`).join(' ')
  const options = [...paramKinds(command)]
    .filter(([name]) => !command.positional.includes(name))
    .map(([name, { kind, required, choices }]) => {
      const shown = choices.length > 0 ? choices.join('|') : kind === 'switch' ? '' : kind
      return `  --${name.replaceAll('_', '-')} ${shown}`.trimEnd() + (required ? '  (needed)' : '')
    })
  return `lares ${area} ${verb} ${positional}\n  ${command.summary} (${command.role})\n${options.length > 0 ? `\n${options.join('\n')}\n` : ''}`
}
