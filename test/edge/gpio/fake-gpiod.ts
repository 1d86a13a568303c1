import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GpiodVersion } from '../../../edge/gpio/gpiod-commands.ts'
import type { FakeTree } from '../health/fake-tree.ts'

export interface FakeGpiod {
  drive(pin: number, high: boolean): void
  level(pin: number): boolean | null
  /** Pins with a program around them. */
  inUse(): number[]
  /** Process ids of the programs that run now. */
  running(program: 'gpiomon' | 'gpioset'): number[]
  /** The command lines so far. */
  calls(): string[]
}

/**
 * `gpiodetect`, `gpioget`, `gpiomon` and `gpioset` as shell scripts that take the options and print the lines of libgpiod
 * 1.6.3 or 2.2 and refuse those of the other generation. Levels are files; the scripts look at them every few
 * milliseconds, and lock their pin as the kernel does.
 */
export function fakeGpiod(tree: FakeTree, version: GpiodVersion): FakeGpiod {
  const lines = join(tree.root, 'lines')
  mkdirSync(lines)
  const file = (pin: number) => join(lines, String(pin))
  const parse = version === 1 ? PARSE_V1 : PARSE_V2
  const [rising, falling] = version === 1 ? ['1', '0'] : ['rising', 'falling']
  const common = `L=${lines}\nN=$(basename $0)\n${COMMON}`
  tree.program(
    'gpiodetect',
    `if [ "$1" = --version ]; then echo "gpiodetect (libgpiod) v${version === 1 ? '1.6.3' : '2.2.1'}"; exit 0; fi
echo "gpiochip0 [pinctrl-bcm2711] (58 lines)"
echo "gpiochip1 [raspberrypi-exp-gpio] (8 lines)"`,
  )
  tree.program(
    'gpioget',
    `${common}${parse}\nlock\nv=$(level)\nunlock\n${version === 1 ? 'echo $v' : 'if [ "$NUMERIC" ]; then echo $v; else [ $v = 1 ] && w=active || w=inactive; echo "\\"$PIN\\"=$w"; fi'}`,
  )
  if (version === 1)
    tree.program(
      'gpioinfo',
      `echo "gpiochip0 - 58 lines:"
for pin in 16 17 22 27; do
  used= who=unused
  for lock in ${lines}/lock-$pin-*; do [ -e $lock/pid ] && read pid < $lock/pid && [ -e /proc/$pid/fd/1 ] && used=' [used]' who='"gpiomon"'; done
  echo "	line  $pin:     \\"GPIO$pin\\"    $who   input  active-high$used"
done`,
    )
  tree.program(
    'gpiomon',
    `${common}${parse}
[ "$FORMAT" ] || die "the agent must ask for its format"
${version === 1 ? '[ "$BUFFERED" ] || exec sleep 60' : ''}
last=$(level)
lock
${version === 2 ? '[ "$BANNER" ] && echo "Monitoring line \'$PIN\'..."' : ''}
# A test that was killed must not leave this behind.
while [ -d /proc/$PPID ]; do
  now=$(level)
  if [ $now != $last ]; then
    last=$now
    if [ $now = 1 ]; then echo ${rising}; else echo ${falling}; fi
  fi
  sleep 0.005
done`,
  )
  tree.program(
    'gpioset',
    `${common}${parse}
PINVALUE=$PIN; PIN=\${PINVALUE%=*}; VALUE=\${PINVALUE#*=}
lock
[ "$LOW" ] && VALUE=$((1-VALUE))
echo $VALUE > $L/.$PIN.$$; mv $L/.$PIN.$$ $L/$PIN
${version === 2 ? '[ "$BANNER" ] && echo "Setting line \'$PINVALUE\'..."' : '[ "$MODE" = signal ] || exit 0'}
while [ -d /proc/$PPID ]; do sleep 60 & wait $!; done`,
  )
  const holders = () =>
    readdirSync(lines).flatMap((name) => {
      const [, pin, program] = /^lock-(\d+)-(\w+)$/.exec(name) ?? []
      const pid = pin === undefined ? null : readIfThere(join(lines, name, 'pid'))
      return pin !== undefined && pid && existsSync(`/proc/${pid}/fd/1`)
        ? [{ pin: Number(pin), program, pid: Number(pid) }]
        : []
    })
  return {
    drive(pin, high) {
      writeFileSync(`${file(pin)}.new`, high ? '1\n' : '0\n')
      renameSync(`${file(pin)}.new`, file(pin))
    },
    level(pin) {
      // A line goes back to its default when its last user ends.
      if (!holders().some((holder) => holder.pin === pin && holder.program === 'gpioset')) return null
      return readIfThere(file(pin)) === '1'
    },
    inUse: () => holders().map(({ pin }) => pin),
    running: (program) => holders().flatMap((holder) => (holder.program === program ? [holder.pid] : [])),
    calls: () => (readIfThere(join(lines, 'calls')) ?? '').split('\n').filter((line) => line !== ''),
  }
}

function readIfThere(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : null
}

/** Makes the lock of a dead process free, as the kernel does when it closes its files. */
const COMMON = `
echo "$N $*" >> $L/calls
die() { echo "$N: $*" >&2; exit 1; }
lock() {
  LOCK=$L/lock-$PIN-$N
  for other in $L/lock-$PIN-*; do
    [ -e $other/pid ] && read pid < $other/pid && [ -e /proc/$pid/fd/1 ] && die "error waiting for events: Device or resource busy"
    rm -rf $other
  done
  mkdir $LOCK; echo $$ > $LOCK/pid
}
unlock() { rm -rf $LOCK; }
level() {
  v=0; [ -e $L/$PIN ] && read v < $L/$PIN
  [ "$LOW" ] && v=$((1-v))
  echo $v
}
`

const PARSE_V1 = `
while [ $# -gt 0 ]; do case $1 in
  --active-low) LOW=1;; --line-buffered) BUFFERED=1;; --format=%e) FORMAT=1;; --mode=*) MODE=\${1#--mode=};;
  --bias=pull-up|--bias=pull-down|--bias=disable) ;;
  -*) die "unrecognized option '$1'";;
  *) break;;
esac; shift; done
[ "$1" = gpiochip0 ] || die "unable to find the chip $1"
PIN=$2
`

const PARSE_V2 = `
while [ $# -gt 0 ]; do case $1 in
  --active-low) LOW=1;; --banner) BANNER=1;; --format=%E) FORMAT=1;; --numeric) NUMERIC=1;; --chip=*) CHIP=\${1#--chip=};;
  --bias=pull-up|--bias=pull-down|--bias=disabled) ;;
  -*) die "unrecognized option '$1'";;
  *) break;;
esac; shift; done
[ "$CHIP" = gpiochip0 ] || die "cannot find chip '$CHIP'"
PIN=$1
`

/** Takes every program of libgpiod off the machine. */
export function removeGpiod(tree: FakeTree): void {
  for (const name of ['gpiodetect', 'gpioget', 'gpiomon', 'gpioset'])
    rmSync(join(tree.root, 'bin', name), { force: true })
}
