import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { FRAME_HEADER, LOG_HEADER } from './write-ahead-log.ts'

/** Frames of a log that are numbered from 1: those behind `moved`, up to `frames`. */
export interface LogSpan {
  moved: number
  frames: number
}

/**
 * Which page each frame of a span holds, as the number of its last frame by page: a checkpoint moves the last one. Reads four
 * bytes a frame. Empty where there is no log.
 */
export function pagesInLog(log: string, { moved, frames }: LogSpan, pageBytes: number): Map<number, number> {
  const pages = new Map<number, number>()
  if (frames <= moved || !existsSync(log)) return pages
  const fd = openSync(log, 'r')
  try {
    const page = Buffer.alloc(4)
    for (let frame = moved + 1; frame <= frames; frame += 1) {
      const at = LOG_HEADER + (frame - 1) * (FRAME_HEADER + pageBytes)
      if (readSync(fd, page, 0, 4, at) < 4) break
      pages.set(page.readUInt32BE(0), frame)
    }
  } finally {
    closeSync(fd)
  }
  return pages
}
