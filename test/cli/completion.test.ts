import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { knownCommands, knownPrograms } from '../../cli/commands.ts'
import { isTypedWord } from '../../cli/completion/typed-word.ts'
import { completionScript } from '../../cli/completion.ts'
import { LIVE_COMMANDS } from '../../cli/live-commands.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-completion-'))
const known = { commands: [...knownCommands(), ...LIVE_COMMANDS], programs: knownPrograms() }
/** A house with two devices, for what the scripts ask, one of which has a name that a shell would run; and what only this hub knows. */
const HUB = `#!/bin/sh
case "$2" in
  devices) printf 'kitchen-pi-x7k2m9\\nhall-pi-a1b2c3\\n$(touch pwned)\\n' ;;
  houses) printf 'Home\\n' ;;
  logins) printf 'cabin\\n' ;;
  words) case "$*" in
    *"-- ") ;;
    *"-- telescopes aim") printf -- '--azimuth\\n' ;;
    *"-- telescopes") printf 'aim\\n' ;;
    *"--") printf 'telescopes\\n' ;;
  esac ;;
esac
`
/** Where the shells are. */
const path = `${join(folder, 'bin')}:${process.env.PATH}`

beforeAll(() => {
  execFileSync('mkdir', ['-p', join(folder, 'bin')])
  const lares = join(folder, 'bin/lares')
  writeFileSync(lares, HUB, { mode: 0o755 })
  for (const shell of ['bash', 'zsh', 'fish'])
    writeFileSync(join(folder, `lares.${shell}`), completionScript(shell, known))
})
afterAll(() => rmSync(folder, { recursive: true }))

const isHere = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0

function inShell(shell: string, words: string[]): string[] {
  const out = execFileSync(shell, words, {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, PATH: path, TERM: 'dumb' },
  })
  return out.split('\n').filter((line) => line !== '')
}

/** What each shell offers for a line whose last word is being typed. */
const OFFERED: Record<string, (line: string) => string[]> = {
  bash(line) {
    const words = line.split(' ')
    const array = words.map((word) => `'${word}'`).join(' ')
    const ask = `COMP_WORDS=(${array}); COMP_CWORD=${words.length - 1}; _lares; printf '%s\\n' "\${COMPREPLY[@]}"`
    return inShell('bash', ['--norc', '-c', `source ${join(folder, 'lares.bash')}; ${ask}`])
  },
  fish(line) {
    const offered = inShell('fish', [
      '--no-config',
      '-c',
      `source ${join(folder, 'lares.fish')}; complete -C "${line}"`,
    ])
    return offered.map((one) => one.split('\t')[0] ?? '')
  },
  zsh(line) {
    const words = line.split(' ')
    const array = words.map((word) => `'${word}'`).join(' ')
    // What zsh's own functions would be given; they work only in its line editor, for which there is a test below.
    const instead = `compdef() { : }; _files() { print FILES }; compadd() { shift; print -l -- "$@" }; _describe() { local -a w=("\${\${(P)2}[@]%%:*}"); print -l -- $w; ((\${#\${(M)w:#$PREFIX*}})) }`
    const offered = inShell('zsh', [
      '-f',
      '-c',
      `${instead}; source ${join(folder, 'lares.zsh')}; words=(${array}); CURRENT=${words.length}; PREFIX='${words.at(-1)}'; _lares`,
    ])
    return offered.filter((one) => one.startsWith(words.at(-1) ?? ''))
  },
}

describe.each(Object.keys(OFFERED))('completion in %s', (shell) => {
  const offered = OFFERED[shell] ?? (() => [])
  if (!isHere(shell)) console.warn(`${shell} is not installed: its completion is not tested. apt-get install ${shell}`)

  it.skipIf(!isHere(shell)).each([
    ['lares dev', ['devices']],
    ['lares ed', ['edge']],
    ['lares devices re', ['rename', 'revoke']],
    ['lares edge j', ['join']],
    ['lares hub s', ['status']],
    ['lares help ed', ['edge']],
    ['lares devices invite --device-', ['--device-type']],
    ['lares devices invite --device-type ta', ['tablet']],
    ['lares events list --sev', ['--severity']],
    ['lares edge join --ag', ['--again']],
    ['lares devices revoke kit', ['kitchen-pi-x7k2m9']],
    ['lares readings latest hall', ['hall-pi-a1b2c3']],
    ['lares completion z', ['zsh']],
    ['lares wa', ['watch']],
    ['lares watch kit', ['kitchen-pi-x7k2m9']],
    ['lares watch --j', ['--json']],
    ['lares watch kitchen-pi-x7k2m9 --da', ['--data']],
    ['lares events fol', ['follow']],
    ['lares events follow hall', ['hall-pi-a1b2c3']],
    ['lares events follow hall-pi-a1b2c3 --j', ['--json']],
    ['lares readings follow kit', ['kitchen-pi-x7k2m9']],
    ['lares readings follow kitchen-pi-x7k2m9 --so', ['--socket']],
    ['lares readings follow --device hall', ['hall-pi-a1b2c3']],
    ['lares events list --device kit', ['kitchen-pi-x7k2m9']],
    ['lares watch --device kit', ['kitchen-pi-x7k2m9']],
    ['lares edge log-level sen', ['sensors']],
    ['lares hub log-level sy', ['sync']],
    ['lares devices list --hub ca', ['cabin']],
    ['lares logout ca', ['cabin']],
    ['lares login --finger', ['--fingerprint']],
    ['lares devices list --house Ho', ['Home']],
    ['lares houses show Ho', ['Home']],
    ['lares tele', ['telescopes']],
    ['lares telescopes a', ['aim']],
    ['lares telescopes aim --az', ['--azimuth']],
  ])(
    'offers for "%s" %j',
    (line, expected) => {
      expect(offered(line)).toEqual(expect.arrayContaining(expected))
    },
    30_000,
  )

  it.skipIf(!isHere(shell))(
    'runs nothing of what the hub answers',
    () => {
      offered('lares devices revoke ')
      expect(readdirSync(folder)).not.toContain('pwned')
    },
    30_000,
  )

  it.skipIf(!isHere(shell))(
    'offers no verb of another area, and no secret',
    () => {
      expect(offered('lares devices li')).not.toContain('login')
      expect(offered('lares events re')).not.toContain('revoke')
      expect(offered('lares users create --p')).not.toContain('--password')
    },
    30_000,
  )
})

describe('completion', () => {
  it('offers no shell what it would run or part', () => {
    for (const word of ['kitchen-pi-x7k2m9', 'Küche', 'anna@example.com', 'light.sofa_2', '--room'])
      expect(isTypedWord(word)).toBe(true)
    for (const word of [
      '',
      '$(touch x)',
      '`id`',
      'a b',
      "it's",
      'a;b',
      '~root',
      '-rf',
      '--x=$y',
      'a\u001b[2J',
      'x'.repeat(201),
    ])
      expect(isTypedWord(word)).toBe(false)
  })

  it.skipIf(!isHere('zsh'))(
    "works in zsh's own line editor",
    () => {
      const script = `
      zmodload zsh/zpty
      zpty z zsh -f -i
      zpty -w z 'PS1=; autoload -Uz compinit; compinit -D -u; source ${join(folder, 'lares.zsh')}; print -r "RE""ADY"'
      zpty -r z out '*READY*'
      zpty -n -w z $'lares devices rev\\t'
      zpty -r z out '*revoke*'
      print -r -- $out
    `
      expect(inShell('zsh', ['-f', '-c', script]).join()).toContain('revoke')
    },
    60_000,
  )

  it('names the shells it is for', () => {
    expect(() => completionScript('tcsh', known)).toThrow(
      expect.objectContaining({ code: 'bad_params', hint: expect.stringContaining('bash|zsh|fish') }),
    )
  })
})
