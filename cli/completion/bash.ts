import { shellWord } from '../../shared/shell-word.ts'
import { paths, type Value, type WordTree, wholeAreas } from './word-tree.ts'

/** Completion for bash: words by their place, values by the option before them. */
export function bashScript(tree: WordTree): string {
  const areas = [...tree.areas.map(({ name }) => name), ...tree.alone]
  const withVerbs = tree.areas.filter(({ name }) => !wholeAreas(tree).includes(name))
  const verbs = withVerbs.map(
    ({ name, verbs }) => `      ${name}) words=${shellWord(verbs.map((verb) => verb.name).join(' '))} ;;`,
  )
  const values = paths(tree).flatMap(({ path, verb }) =>
    verb.options.flatMap(({ name, value }) =>
      value ? [`      ${shellWord(`${path} --${name}`)}) ${found(value)} ;;`] : [],
    ),
  )
  const rest = paths(tree).map(({ path, verb }) => {
    const options = verb.options.map(({ name }) => `--${name}`).join(' ')
    const [first] = verb.values
    return `      ${shellWord(path)}) if [[ $cur == -* ]]; then words=${shellWord(`${options} --help`)}; else ${found(first ?? { kind: 'text' })}; fi ;;`
  })
  const whole = `^(${wholeAreas(tree).join('|')})$`
  return `# Completion of lares for bash. Written by: lares completion bash
# What the hub has that is meant by the line. Nothing of it is expanded, as compgen would.
_lares_ask() {
  local one
  while IFS= read -r one; do
    [[ $one == "$cur"* ]] && COMPREPLY+=("$one")
  done < <(lares completion "$1" -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)
}
_lares() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} words=''
  COMPREPLY=()
  # Bash takes --name=value apart.
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' ]]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  if ((COMP_CWORD == 1)); then
    words=${shellWord(areas.join(' '))}
  elif [[ \${COMP_WORDS[1]} == completion ]]; then
    words='bash zsh fish'
  elif ((COMP_CWORD == 2)) && [[ \${COMP_WORDS[1]} == help ]]; then
    words=${shellWord(tree.areas.map(({ name }) => name).join(' '))}
  elif ((COMP_CWORD == 2)) && [[ $cur != -* && ! \${COMP_WORDS[1]} =~ ${whole} ]]; then
    case \${COMP_WORDS[1]} in
${verbs.join('\n')}
    esac
  else
    local path="\${COMP_WORDS[1]} \${COMP_WORDS[2]}"
    [[ \${COMP_WORDS[2]} == -* || $COMP_CWORD == 2 || \${COMP_WORDS[1]} =~ ${whole} ]] && path=\${COMP_WORDS[1]}
    case "$path $prev" in
${values.join('\n')}
    *) case "$path" in
${rest.join('\n')}
      esac ;;
    esac
  fi
  [[ -n $words ]] && mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  # A newer hub may know more.
  if ((\${#COMPREPLY[@]} == 0)) && [[ $COMP_CWORD -le 2 || $cur == -* ]]; then _lares_ask words; fi
}
complete -F _lares lares
`
}

function found(value: Value): string {
  switch (value.kind) {
    case 'choice':
      return `words=${shellWord(value.choices.join(' '))}`
    case 'asked':
      return `_lares_ask ${value.of}`
    case 'file':
      return 'mapfile -t COMPREPLY < <(compgen -f -- "$cur")'
    case 'text':
      return ':'
  }
}
