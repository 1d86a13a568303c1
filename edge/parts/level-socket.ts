import type { Clock } from '../../shared/clock.ts'
import type { Log } from '../../shared/log.ts'
import type { EdgeConfig } from '../config/schema.ts'
import { ControlSocket, controlSocket } from '../control/control-socket.ts'
import { answerLogLevel } from '../control/log-level-command.ts'
import type { LogLevels } from '../control/log-levels.ts'
import { runtimeFolder } from '../status/status-file.ts'

/** Where a person on this machine asks the agent for its levels, and sets them. */
export function levelSocket(
  levels: LogLevels,
  {
    config,
    env,
    dataFolder,
    clock,
    log,
  }: { config: EdgeConfig; env: NodeJS.ProcessEnv; dataFolder: string; clock: Clock; log: Log },
): ControlSocket {
  const answer = (question: unknown) => answerLogLevel(question, levels, config.agent.log_level)
  return new ControlSocket({ file: controlSocket(runtimeFolder(env, dataFolder)), clock, log, answer })
}
