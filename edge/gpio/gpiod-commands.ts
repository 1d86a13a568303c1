import type { WatchOptions } from './port.ts'

/** The generations of libgpiod's programs. Raspberry Pi OS 12 has 1.6, Raspberry Pi OS 13 has 2.2. */
export type GpiodVersion = 1 | 2

export interface GpiodLine {
  chip: string
  pin: number
}

type InputOptions = Pick<WatchOptions, 'activeLow' | 'pull'>

/** From `gpiodetect (libgpiod) v1.6.3`. `null` for a version that is not known here. */
export function parseVersion(output: string): GpiodVersion | null {
  const major = /\bv(\d+)\./.exec(output)?.[1]
  return major === '1' ? 1 : major === '2' ? 2 : null
}

export interface GpiodChip {
  name: string
  label: string
  lineCount: number
}

/** From lines like `gpiochip0 [pinctrl-bcm2711] (58 lines)`, the same in both generations. */
export function parseChips(output: string): GpiodChip[] {
  return output.split('\n').flatMap((line) => {
    const [, name, label, count] = /^(\S+) \[(.*)\] \((\d+) lines\)$/.exec(line.trim()) ?? []
    return name === undefined || label === undefined ? [] : [{ name, label, lineCount: Number(count) }]
  })
}

/** Prints the level, 1 for active, and ends. */
export function getCommand(version: GpiodVersion, line: GpiodLine, options: InputOptions): string[] {
  return ['gpioget', ...inputFlags(version, options), ...(version === 2 ? ['--numeric'] : []), ...lineOf(version, line)]
}

/**
 * Prints one line per edge until it is stopped. The first generation buffers its output in a pipe unless told not to; the
 * second flushes after every event, and can say when it is ready.
 */
export function monitorCommand(version: GpiodVersion, line: GpiodLine, options: InputOptions): string[] {
  const own = version === 1 ? ['--line-buffered', '--format=%e'] : ['--banner', '--format=%E']
  return ['gpiomon', ...inputFlags(version, options), ...own, ...lineOf(version, line)]
}

/** Lists the lines of a chip. Only the first generation needs it: its `gpiomon` does not say when it is ready. */
export function infoCommand(line: GpiodLine): string[] {
  return ['gpioinfo', line.chip]
}

/** Whether somebody holds the line, from `line  17: "GPIO17" "gpiomon" input active-high [used]`. */
export function isUsed(output: string, pin: number): boolean {
  return output.split('\n').some((text) => /^\s*line\s+(\d+):.*\[used/.exec(text)?.[1] === String(pin))
}

/** Holds the level until it is stopped: a line goes back to its default when its last user ends. */
export function setCommand(
  version: GpiodVersion,
  line: GpiodLine,
  level: { activeLow: boolean; on: boolean },
): string[] {
  const low = level.activeLow ? ['--active-low'] : []
  const own = version === 1 ? ['--mode=signal'] : ['--banner']
  const [last, ...first] = lineOf(version, line).reverse()
  return ['gpioset', ...low, ...own, ...first.reverse(), `${last}=${level.on ? 1 : 0}`]
}

/** Whether the line went active, `null` for a line that is no edge (the banner). Edges are logical, not electrical. */
export function parseEdge(version: GpiodVersion, line: string): boolean | null {
  const [rising, falling] = version === 1 ? ['1', '0'] : ['rising', 'falling']
  return line.trim() === rising ? true : line.trim() === falling ? false : null
}

/** From the output of `getCommand`. */
export function parseLevel(output: string): boolean | null {
  return output.trim() === '1' ? true : output.trim() === '0' ? false : null
}

function inputFlags(version: GpiodVersion, { activeLow, pull }: InputOptions): string[] {
  const off = version === 1 ? 'disable' : 'disabled'
  const bias = pull === undefined ? [] : [`--bias=${pull === 'off' ? off : `pull-${pull}`}`]
  return [...(activeLow ? ['--active-low'] : []), ...bias]
}

function lineOf(version: GpiodVersion, { chip, pin }: GpiodLine): string[] {
  return version === 1 ? [chip, String(pin)] : [`--chip=${chip}`, String(pin)]
}
