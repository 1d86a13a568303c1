import type { Clock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { EdgeConfig } from '../config/schema.ts'
import { ControlSocket, controlSocket } from '../control/control-socket.ts'
import { answerLogLevel } from '../control/log-level-command.ts'
import type { LogLevels } from '../control/log-levels.ts'
import { answerPress } from '../control/press-command.ts'
import { runtimeFolder } from '../status/status-file.ts'
import type { Pins } from './pins.ts'

export interface AgentSocketOptions {
  levels: LogLevels
  pins: Pick<Pins, 'press'>
  config: EdgeConfig
  env: NodeJS.ProcessEnv
  dataFolder: string
  clock: Clock
  log: Log
}

/** Where a person on this machine asks the agent for its levels, and sets them; and presses what is simulated. */
export function agentSocket({ levels, pins, config, env, dataFolder, clock, log }: AgentSocketOptions): ControlSocket {
  const questions = new Map<unknown, (question: unknown) => unknown>([
    ['log_level', (question) => answerLogLevel(question, levels, config.agent.log_level)],
    ['press', (question) => answerPress(question, pins)],
  ])
  function answer(question: unknown): unknown {
    const { ask } = question as { ask?: unknown }
    const answered = questions.get(ask)
    if (answered) return answered(question)
    throw new LaresError('unknown_command', `this agent cannot be asked ${String(ask)}`, {
      hint: 'It is older than this lares: restart it.',
    })
  }
  return new ControlSocket({ file: controlSocket(runtimeFolder(env, dataFolder)), clock, log, answer })
}
