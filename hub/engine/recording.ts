/** A finished WAV file, synced and in place before its turn is committed. */
export interface Recording {
  file: string
  bytes: number
  frames: number
  lostFrames: number
  durationMs: number
  sha256: string
  crc32: number
  /** Who closed it: the device, or the hub because the cap was reached, frames stopped coming, or it stops itself. */
  closedBy: 'device' | 'cap' | 'silence' | 'stop'
}
