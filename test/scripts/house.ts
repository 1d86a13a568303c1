import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copyScripts, type Ended, type StubMachine, writeScript } from './stub-machine.ts'

/**
 * Plays Lares for scripts/upgrade: its database is a file with the number of its schema, and each version knows the
 * schema in its own folder. `$FAILS` names a version and command that fails, such as "2 migrate".
 */
const LARES = `
own="$(cat "$(dirname "$(readlink -f "$0")")/schema")"
echo "$own $2" >>"$CALLS"
database="$4/hub.db"
if [ -f "$KILL_AT" ]; then source "$HOME/count-step"; fi
if [ "$FAILS" = "$own $2" ]; then echo half >>"$database.half"; exit 1; fi
case "$2" in
  backup) cp "$database" "$6" ;;
  migrate) if [ "$(cat "$database")" -gt "$own" ]; then exit 1; fi; echo "$own" >"$database" ;;
  restore) mv "$database" "$database.aside"; cp "$6" "$database" ;;
  health)
    [ "$(cat "$database")" = "$own" ] || exit 1
    if [ -f "$HOME/attention-$own" ]; then cat "$HOME/attention-$own"; exit 6; fi ;;
esac`

/** Ends the script that called, instead of the step whose turn it is. */
const COUNT_STEP = `
left="$(cat "$KILL_AT")"
echo $((left - 1)) >"$KILL_AT"
if [ "$left" = 1 ]; then kill -9 "$(cat "$HOME/pid")"; exit 1; fi`

/** A stub machine on which version 1 is installed and version 2 waits in a checkout. */
export interface House {
  prefix: string
  checkout: string
  /** Names of the two versions below /opt/lares. */
  first: string
  second: string
  install(...args: string[]): Ended
  /** `killAt`: the script dies in place of its nth step outside of bash. */
  upgrade(options?: { args?: string[]; fails?: string; killAt?: number }): Ended
  current(): string
  schemaOf(version: string): number
  database(): number
  versions(): string[]
  /** Commits the checkout as the next version, with the given schema; returns its name. */
  commit(schema: number): string
  /** Everything installed as it was at the beginning, the checkout as it is. */
  reset(): void
}

export function makeHouse(machine: StubMachine, part = 'both'): House {
  const checkout = copyScripts(machine)
  const prefix = join(machine.home, 'staged')
  const versionsFolder = join(prefix, 'opt/lares')
  const pidFile = join(machine.home, 'pid')
  const stepFile = join(machine.home, 'step')
  writeFileSync(join(machine.home, 'count-step'), COUNT_STEP)
  writeScript(join(checkout, 'lares'), LARES)
  writeScript(join(checkout, 'scripts/setup'), 'mkdir -p "$(dirname "$0")/../node_modules/complete"')
  machine.program('systemctl', 'echo "systemctl $*" >>"$CALLS"')
  // A busy disk would make the tests slow, and no power goes here.
  machine.program('sync', '')
  // `env` runs the copy's setup; the others are every change on disk that the scripts make.
  for (const name of ['git', 'env', 'mkdir', 'rm', 'mv', 'ln', 'sync', 'install', 'systemctl']) countable(machine, name)

  const git = (...args: string[]) => {
    const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false']
    return spawnSync('git', ['-C', checkout, ...identity, ...args], { encoding: 'utf8' }).stdout.trim()
  }
  git('init', '--quiet')
  const commit = (schema: number) => {
    writeFileSync(join(checkout, 'schema'), `${schema}\n`)
    git('add', '--all')
    git('commit', '--quiet', '--allow-empty', '--message', `schema ${schema}`)
    return `0.1.0-${git('rev-parse', '--short=8', 'HEAD')}`
  }
  const install = (...args: string[]) =>
    machine.run(join(checkout, 'scripts/install'), { args: [...args, '--prefix', prefix] })

  const first = commit(1)
  install(part)
  writeFileSync(join(prefix, 'var/lib/lares/hub.db'), '1\n')
  const second = commit(2)
  const template = join(machine.home, 'template')
  cpSync(prefix, template, { recursive: true, verbatimSymlinks: true })

  return {
    ...{ prefix, checkout, first, second, install, commit },
    upgrade({ args = [], fails = '', killAt = 0 } = {}) {
      if (killAt > 0) writeFileSync(stepFile, `${killAt}\n`)
      // The shell becomes the script, so that stub programs know which process to end.
      const command = `echo $$ >"${pidFile}"; exec "${checkout}/scripts/upgrade" "$@"`
      return machine.run(join(machine.bin, 'bash'), {
        args: ['-c', command, 'upgrade', '--prefix', prefix, '--health-seconds', '0', ...args],
        env: { FAILS: fails, LARES_SYSTEMCTL: 'systemctl', KILL_AT: killAt > 0 ? stepFile : '' },
      })
    },
    current: () => readlinkSync(join(versionsFolder, 'current')),
    schemaOf: (version) => Number(readFileSync(join(versionsFolder, version, 'schema'), 'utf8')),
    database: () => Number(readFileSync(join(prefix, 'var/lib/lares/hub.db'), 'utf8')),
    versions: () =>
      readdirSync(versionsFolder).filter(
        (name) => name !== 'current' && existsSync(join(versionsFolder, name, 'node_modules/complete')),
      ),
    reset() {
      rmSync(prefix, { recursive: true })
      cpSync(template, prefix, { recursive: true, verbatimSymlinks: true })
    },
  }
}

/** Wraps a program so that its call is a step at which the calling script can be ended. */
function countable(machine: StubMachine, name: string): void {
  const real = join(machine.home, `real-${name}`)
  spawnSync('mv', [join(machine.bin, name), real])
  const read = name === 'git' ? '[ "$1" = clone ] && ' : ''
  machine.program(name, `if ${read}[ -f "$KILL_AT" ]; then source "$HOME/count-step"; fi\nexec "${real}" "$@"`)
}
