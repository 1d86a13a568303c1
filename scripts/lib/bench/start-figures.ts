import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock, wait } from '../../../shared/clock.ts'
import { processorMs } from './figures.ts'
import { type HubProcess, startHub } from './hub-process.ts'

export const ENDS = ['clean', 'unclean'] as const
/** How the hub before ended: told to, or killed. */
export type HubEnd = (typeof ENDS)[number]

/** One start of a hub, in milliseconds. */
export interface TimedStart {
  /** From the start of the process to the moment at which it says that it listens. */
  ms: number
  /** Processor time of all its threads until then, which other work on the machine hardly changes. */
  processorMs: number
  /** The time by part, as the hub's log has it; what comes before the first part is `program`. */
  parts: ReadonlyMap<string, number>
  /** From then until the database had passed its check, where one was due. */
  checkMs: number
}

const LOOK_MS = 5
const PATIENCE_MS = 600_000

/** Starts a hub after a clean end, kills it, starts it anew, and ends it in order. The house must have ended clean before. */
export async function twoStarts(folder: string, { cold }: { cold: boolean }): Promise<Record<HubEnd, TimedStart>> {
  const clean = await timedStart(folder, { cold })
  await clean.hub.kill()
  const unclean = await timedStart(folder, { cold })
  await unclean.hub.stop()
  return { clean: clean.start, unclean: unclean.start }
}

async function timedStart(
  folder: string,
  { cold }: { cold: boolean },
): Promise<{ hub: HubProcess; start: TimedStart }> {
  if (cold) dropCached(folder)
  const began = systemClock.mono()
  const hub = await startHub({ folder, config: 'log = "info"\n' })
  const listens = systemClock.mono()
  const processor = processorMs(hub.pid)
  await until(() => !existsSync(join(folder, 'hub.db-unchecked')), 'the database was not checked')
  const checkMs = systemClock.mono() - listens
  await until(() => listensLine(hub) !== undefined, 'the hub did not log that it listens')
  const parts = partsOf(listensLine(hub) ?? '')
  return { hub, start: { ms: listens - began, processorMs: processor, parts, checkMs } }
}

/** As after a power cut: what is read must come from the disk. */
function dropCached(folder: string): void {
  execFileSync('sync')
  execFileSync('dd', [`if=${join(folder, 'hub.db')}`, 'iflag=nocache', 'count=0', 'status=none'])
}

function listensLine(hub: HubProcess): string | undefined {
  return hub
    .log()
    .split('\n')
    .slice(0, -1)
    .find((line) => line.includes('"the hub listens"'))
}

function partsOf(line: string): Map<string, number> {
  const { since_process_ms, start_ms } = JSON.parse(line) as {
    since_process_ms: number
    start_ms: Record<string, number>
  }
  const parts = Object.entries(start_ms)
  const program = since_process_ms - parts.reduce((sum, [, ms]) => sum + ms, 0)
  return new Map([['program', program], ...parts])
}

async function until(isSo: () => boolean, otherwise: string): Promise<void> {
  const end = systemClock.mono() + PATIENCE_MS
  while (!isSo()) {
    if (systemClock.mono() > end) throw new Error(otherwise)
    await wait(systemClock, LOOK_MS)
  }
}
