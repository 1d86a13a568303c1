import { shellWord } from '../../shared/shell-word.ts'
import { paths, type Value, type WordTree, wholeAreas } from './word-tree.ts'

/** Completion for zsh, with what each word does. */
export function zshScript(tree: WordTree): string {
  const areas = [...tree.areas.map(({ name }) => name), ...tree.alone]
  const withVerbs = tree.areas.filter(({ name }) => !wholeAreas(tree).includes(name))
  const verbs = withVerbs.map(
    ({ name, verbs }) =>
      `      ${name}) found=(${verbs
        .filter((verb) => verb.name !== '')
        .map((verb) => told(verb.name, verb.says))
        .join(' ')}) ;;`,
  )
  const values = paths(tree).flatMap(({ path, verb }) =>
    verb.options.flatMap(({ name, value }) =>
      value ? [`      ${shellWord(`${path} --${name}`)}) ${found(value)}; return ;;`] : [],
    ),
  )
  const rest = paths(tree).map(({ path, verb }) => {
    const options = verb.options.map(({ name, says }) => told(`--${name}`, says))
    const [first] = verb.values
    return `      ${shellWord(path)}) if [[ $PREFIX == -* ]]; then found=(${[...options, told('--help', '')].join(' ')}); else ${found(first ?? { kind: 'text' })}; return; fi ;;`
  })
  const whole = shellWord(`^(${wholeAreas(tree).join('|')})$`)
  return `#compdef lares
# Completion of lares for zsh. Written by: lares completion zsh
_lares() {
  local -a found
  local prev=\${words[CURRENT - 1]} entry="\${words[2]} \${words[3]}"
  [[ \${words[3]} == -* || $CURRENT == 3 || \${words[2]} =~ ${whole} ]] && entry=\${words[2]}
  if ((CURRENT == 2)); then
    found=(${areas.map((name) => shellWord(name)).join(' ')})
  elif [[ \${words[2]} == completion ]]; then
    found=(bash zsh fish)
  elif ((CURRENT == 3)) && [[ \${words[2]} == help ]]; then
    found=(${tree.areas.map(({ name }) => shellWord(name)).join(' ')})
  elif ((CURRENT == 3)) && [[ $PREFIX != -* && ! \${words[2]} =~ ${whole} ]]; then
    case \${words[2]} in
${verbs.join('\n')}
    esac
  else
    case "$entry $prev" in
${values.join('\n')}
    esac
    case "$entry" in
${rest.join('\n')}
    esac
  fi
  # A newer hub may know more.
  if ((\${#found} == 0)) || ! _describe 'lares' found; then
    if [[ $CURRENT -le 3 || $PREFIX == -* ]]; then compadd -- ${asked('words')}; fi
  fi
}
compdef _lares lares
`
}

/** A word and what it does, as `_describe` wants it. */
function told(name: string, says: string): string {
  return shellWord(says === '' ? name : `${name}:${says.replaceAll(':', '\\:')}`)
}

/** Line by line, of which nothing is expanded. */
function asked(kind: string): string {
  return `\${(f)"$(lares completion ${kind} -- "\${(@)words[2,CURRENT-1]}" 2>/dev/null)"}`
}

function found(value: Value): string {
  switch (value.kind) {
    case 'choice':
      return `compadd -- ${value.choices.map((choice) => shellWord(choice)).join(' ')}`
    case 'asked':
      return `compadd -- ${asked(value.of)}`
    case 'file':
      return '_files'
    case 'text':
      return ':'
  }
}
