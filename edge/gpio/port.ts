/** Pins are BCM numbers everywhere ("GPIO17"), never positions on the header and never numbers of the kernel. */
export interface WatchOptions {
  /** Whether an electrical low means active: a button that connects the pin to ground. */
  activeLow: boolean
  /** The built-in resistor. Absent: left as it is. */
  pull?: 'up' | 'down' | 'off'
  /** Changes within this long after a change are bounces. 0: none. */
  debounceMs: number
}

export interface OutputOptions {
  activeLow: boolean
  /** The level it has from the first moment, and when it is let go. Default: inactive. */
  rest?: boolean
  /** Whether `set` resolves only when the kernel has the level, as for what must be safe. Default: as soon as may be. */
  confirmed?: boolean
  /** Told when the level that was set is gone without our doing; the next `set` takes the line again. */
  onLost?: (fault: Error) => void
}

/**
 * The pins of this machine. What goes wrong with one pin rejects that call with a `LaresError` (`device_missing`,
 * `device_busy`, `no_permission`, `bad_config`) and leaves the others alone.
 */
export interface GpioPort {
  readonly backend: 'onoff' | 'gpiod' | 'simulated' | 'none'
  /** What the kernel adds to a BCM number, where it does; for the heartbeat. */
  readonly base: number | null
  /** What is wrong, for a person, at most 200 characters; `null` when all is well. May change while it runs. */
  readonly reason: string | null
  /** How to mend it, where that is known. May change with the reason. */
  readonly remedy: string | null
  /**
   * Calls `onChange` with the level found, once, before this resolves; then at every change. The first change of a
   * bouncing contact is told at once, and a press shorter than the bounce time is still told as press and release.
   * Returns a function that lets go of the pin; calling it twice is safe.
   */
  watch(pin: number, options: WatchOptions, onChange: (active: boolean) => void): Promise<() => Promise<void>>
  /** Takes the pin as an output, at rest. */
  output(pin: number, options: OutputOptions): Promise<GpioOutput>
  /** Lets go of every pin. Safe to call twice. */
  close(): Promise<void>
}

export interface GpioOutput {
  set(on: boolean): Promise<void>
  /** Puts it to rest and lets go of the pin. What the level is then is up to the kernel. Safe to call twice. */
  close(): Promise<void>
}
