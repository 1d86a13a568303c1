import { setPriority } from 'node:os'

/** For a process that works beside the hub: whoever speaks and listens comes first. */
export function standBack(): void {
  try {
    setPriority(10)
  } catch {
    // not everywhere may a process say so; it is a courtesy
  }
}
