import { paths, type Value, type WordTree, wholeAreas } from './word-tree.ts'

/** Completion for fish: one line for each word and option, with what it does. */
export function fishScript(tree: WordTree): string {
  const areas = [...tree.areas.map(({ name }) => name), ...tree.alone].map((name) => line('__lares_is', ['-a', name]))
  const verbs = tree.areas.flatMap(({ name, verbs }) =>
    verbs
      .filter((verb) => verb.name !== '')
      .map((verb) => line(`__lares_is ${name}`, ['-a', verb.name, ...says(verb.says)])),
  )
  const helps = tree.areas.map(({ name }) => line('__lares_is help', ['-a', name]))
  const rest = paths(tree).flatMap(({ path, verb }) => [
    ...verb.options.map((option) =>
      line(`__lares_in ${path}`, [
        '-l',
        option.name,
        ...(option.value ? found(option.value) : []),
        ...says(option.says),
      ]),
    ),
    ...(verb.values[0] && verb.values[0].kind !== 'text'
      ? [
          line(
            `__lares_is ${path}`,
            found(verb.values[0]).filter((word) => word !== '-x'),
          ),
        ]
      : []),
  ])
  return `# Completion of lares for fish. Written by: lares completion fish
function __lares_words
  set -l words (commandline -opc)
  string match -v -- '-*' $words[2..]
end
function __lares_is
  set -l words (__lares_words)
  test "$words" = "$argv"
end
function __lares_in
  set -l words (__lares_words)
  test (count $words) -ge (count $argv); and test "$words[1..$(count $argv)]" = "$argv"
end
# What only a newer hub may know.
function __lares_new
  set -l words (__lares_words)
  set -l areas ${[...tree.areas.map(({ name }) => name), ...tree.alone].join(' ')}
  switch (count $words)
    case 0
      set -l now (commandline -ct)
      test -n "$now"; and not string match -q -- "$now*" $areas
    case 1
      not contains -- $words[1] $areas; or test -n (commandline -ct)
    case '*'
      not contains -- "$words[1] $words[2]" ${paths(tree)
        .map(({ path }) => fishQuoted(path))
        .join(' ')}; and not contains -- $words[1] ${[...wholeAreas(tree), ...tree.alone].join(' ')}
  end
end
complete -c lares -f
${[...areas, line('__lares_new', ['-a', asked('words')]), ...verbs, ...helps, line('__lares_is completion', ['-a', 'bash zsh fish']), ...rest].join('\n')}
`
}

function line(condition: string, words: string[]): string {
  return [
    'complete',
    '-c',
    'lares',
    '-n',
    fishQuoted(condition),
    ...words.map((word) => (word.startsWith('-') ? word : fishQuoted(word))),
  ].join(' ')
}

function says(text: string): string[] {
  return text === '' ? [] : ['-d', text]
}

function asked(kind: string): string {
  return `(lares completion ${kind} -- (commandline -opc)[2..] 2>/dev/null)`
}

function found(value: Value): string[] {
  switch (value.kind) {
    case 'choice':
      return ['-x', '-a', value.choices.join(' ')]
    case 'asked':
      return ['-x', '-a', asked(value.of)]
    case 'file':
      return ['-r', '-F']
    case 'text':
      return ['-x']
  }
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
