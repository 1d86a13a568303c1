import { z } from 'zod'
import { cutText } from '../../shared/cut-text.ts'
import { DEVICE_LOG } from '../../shared/limits.ts'
import { LOG_LEVELS, type LogBoard, type LogLevel } from '../../shared/log-board.ts'
import { commandHandler, type RegisteredCommand } from './command-runner.ts'

/** The numbers that pino gives its levels. */
const NUMBERS: Readonly<Record<LogLevel, number>> = { debug: 20, info: 30, warn: 40, error: 50 }

/** Hands out what the log said last, as far as memory has it. It is said once and kept nowhere: looking costs the card nothing. */
export function logCommand(board: Pick<LogBoard, 'recent'>): RegisteredCommand {
  return commandHandler({
    name: 'log',
    summary: 'Says the last lines of its log, as far as it remembers them',
    params: z.strictObject({
      level: z.enum(LOG_LEVELS).default('debug'),
      lines: z.int().min(1).max(DEVICE_LOG.lines).default(DEVICE_LOG.lines),
    }),
    isPassing: true,
    run: ({ level, lines }) => ({ lines: lastLines(board.recent(), { least: NUMBERS[level], most: lines }) }),
  })
}

/** The newest that are wanted and fit into one message, oldest first. */
function lastLines(all: readonly string[], { least, most }: { least: number; most: number }): string[] {
  const kept: string[] = []
  let bytes = 0
  for (const line of all.toReversed()) {
    if (levelOf(line) < least) continue
    const cut = cutText(line, DEVICE_LOG.characters)
    bytes += Buffer.byteLength(JSON.stringify(cut)) + 1
    if (kept.length === most || bytes > DEVICE_LOG.bytes) break
    kept.unshift(cut)
  }
  return kept
}

/** What is no line of pino's is shown at every level. */
function levelOf(line: string): number {
  try {
    return Number((JSON.parse(line) as { level?: unknown }).level ?? Number.MAX_SAFE_INTEGER)
  } catch {
    return Number.MAX_SAFE_INTEGER
  }
}
