import type { DescribedCommand } from '../shared/admin/described-command.ts'
import { LaresError } from '../shared/errors.ts'
import type { Options } from '../shared/options.ts'
import { optionsOf, type Program } from '../shared/program.ts'
import { bashScript } from './completion/bash.ts'
import { fishScript } from './completion/fish.ts'
import { valueKindOf } from './completion/value-kinds.ts'
import type { Word, WordTree } from './completion/word-tree.ts'
import { zshScript } from './completion/zsh.ts'
import { ownOptionsOf } from './own-options.ts'
import { optionName, paramOptions } from './param-options.ts'

const SHELLS: ReadonlyMap<string, (tree: WordTree) => string> = new Map([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
])

/** The script with which a shell completes the words of `lares`. Throws `bad_params` for a shell it does not know. */
export function completionScript(
  shell: string,
  { commands, programs }: { commands: readonly DescribedCommand[]; programs: readonly Program[] },
): string {
  const write = SHELLS.get(shell)
  if (write) return write(wordTree(commands, programs))
  throw new LaresError(
    'bad_params',
    shell === '' ? 'completion for which shell?' : `there is no completion for ${shell}`,
    {
      hint: `Write lares completion ${[...SHELLS.keys()].join('|')}.`,
    },
  )
}

/** What may follow `lares`, as all shells complete it. */
export function wordTree(commands: readonly DescribedCommand[], programs: readonly Program[]): WordTree {
  const areas = new Map<string, Word[]>()
  const add = (area: string, word: Word) => {
    const known = areas.get(area) ?? []
    // `hub status` is named among the hub's programs and answered by its command, which knows its words.
    const isKnown = known.some(({ name }) => name === word.name)
    areas.set(area, isKnown ? known.map((one) => (one.name === word.name ? word : one)) : [...known, word])
  }
  for (const program of programs)
    for (const { verb, says, values = [] } of program.verbs)
      add(program.name.replace(/^lares /, ''), {
        ...{ name: verb, says, options: words(optionsOf(program, verb), '') },
        values: values.map((choices) => ({ kind: 'choice', choices })),
      })
  for (const command of commands) {
    const options = paramOptions(command)
    const positional = command.positional.map(optionName)
    const named = Object.fromEntries([...options].filter(([name]) => !positional.includes(name)))
    const { area, verb, summary } = command
    add(area, {
      name: verb,
      says: summary,
      options: words({ ...named, ...ownOptionsOf(command) }, area),
      values: positional.map((name) => completedBy(name, options.get(name), area)),
    })
  }
  return {
    areas: [...areas].map(([name, verbs]) => ({ name, verbs })),
    alone: ['help', 'completion'],
  }
}

function words(options: Options, area: string): Word['options'] {
  return Object.entries(options).map(([name, option]) => ({
    name,
    says: option.says ?? '',
    value: option.kind === 'switch' ? null : completedBy(name, option, area),
  }))
}

type Completed = (Options[string] & { format?: string }) | undefined

/** `area`: of the command; empty: of a program, which asks no hub. */
function completedBy(name: string, option: Completed, area: string): Word['values'][number] {
  if (option?.choices) return { kind: 'choice', choices: option.choices }
  const of = area === '' ? null : valueKindOf(name, { area, format: option?.format })
  if (of !== null) return { kind: 'asked', of }
  return { kind: /^(?:FILE|DIR|PATH)$/.test(option?.value ?? '') ? 'file' : 'text' }
}
