import type { Cancel, Clock } from '../../shared/clock.ts'

export interface DebounceOptions {
  clock: Clock
  debounceMs: number
  onChange: (active: boolean) => void
}

export interface Debounced {
  /** Takes a level, as often as one likes. The very first one is told as the level found. */
  feed(active: boolean): void
  stop(): void
}

/**
 * Tells the first edge at once, holds its breath while the contact bounces, then tells the level it settled on if that is
 * another one. onoff's own debouncing waits first and looks then, so it cannot see a press shorter than its wait.
 */
export function debounce({ clock, debounceMs, onChange }: DebounceOptions): Debounced {
  let told: boolean | null = null
  let latest = false
  let settling: Cancel | null = null
  let stopped = false

  const tell = () => {
    const found = told === null
    told = latest
    if (!found && debounceMs > 0) settling = clock.after(debounceMs, settle)
    onChange(latest)
  }
  const settle = () => {
    settling = null
    if (!stopped && latest !== told) tell()
  }
  return {
    feed(active) {
      latest = active
      if (!stopped && settling === null && latest !== told) tell()
    },
    stop() {
      stopped = true
      settling?.()
    },
  }
}
