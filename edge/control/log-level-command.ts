import { z } from 'zod'
import { LaresError } from '../../shared/errors.ts'
import type { LogLevel } from '../../shared/log-board.ts'
import { zonedTime } from '../../shared/time-words.ts'
import { askAgent } from './control-socket.ts'
import { AGENT_LOG_PARTS, type LogLevels, type PartLevel, readLevel } from './log-levels.ts'

/** What can be asked about levels: nothing is to change where no level is named. */
const question = z.object({
  ask: z.literal('log_level'),
  part: z.string().optional(),
  level: z.string().optional(),
  minutes: z.number().optional(),
})

const answer = z.object({
  /** What parts say that nobody set. */
  usual: z.string(),
  levels: z.array(z.object({ part: z.string(), level: z.string(), until: z.number().nullable() })),
})

export type LogLevelAnswer = z.infer<typeof answer>

/** The agent's side: answers a question of `askLogLevel`. Throws `bad_params`. */
export function answerLogLevel(asked: unknown, levels: LogLevels, usual: LogLevel): LogLevelAnswer {
  const { part, level, minutes } = question.parse(asked)
  if (part !== undefined && level !== undefined) levels.set(readLevel(part, level, minutes))
  return { usual, levels: levels.current() }
}

/** `lares edge log-level`: asks the running agent, and changes it where a level is named. For a person, or for a program. */
export async function askLogLevel(
  folders: readonly string[],
  { part, level, minutes, json }: { part?: string; level?: string; minutes?: number; json: boolean },
): Promise<string> {
  // Wrong words are said as such, whether or not an agent runs.
  if (part !== undefined) readLevel(part, level ?? 'info', minutes)
  if (level === undefined && minutes !== undefined)
    throw new LaresError('bad_params', '--for says how long a level lasts, and no level was named', {
      hint: 'Write lares edge log-level PART LEVEL --for MINUTES.',
    })
  const told = answer.parse(await askAgent(folders, { ask: 'log_level', part, level, minutes }))
  if (json) return `${JSON.stringify(told, null, 2)}\n`
  return `${levelLines(told, part).join('\n')}\n`
}

function levelLines({ usual, levels }: LogLevelAnswer, part: string | undefined): string[] {
  const ofAll = levels.find((one) => one.part === 'all')
  if (part !== undefined && part !== 'all') {
    const own = levels.find((one) => one.part === part) ?? ofAll
    return [own ? levelWords({ ...own, part }) : `${part}: ${usual}, as the configuration has it`]
  }
  const rest = `all others: ${usual}, as the configuration has it`
  return [...levels.map(levelWords), ...(ofAll ? [] : [rest]), `parts: ${AGENT_LOG_PARTS.join(', ')}`]
}

/** One level for a person. */
export function levelWords({ part, level, until }: Omit<PartLevel, 'level'> & { level: string }): string {
  return `${part}: ${level}, until ${until === null ? 'the agent ends' : zonedTime(until)}`
}
