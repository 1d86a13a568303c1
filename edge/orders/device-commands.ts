import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import { cutText } from '../../shared/cut-text.ts'
import { LaresError } from '../../shared/errors.ts'
import type { LogBoard } from '../../shared/log-board.ts'
import { type LogLevels, readLevel } from '../control/log-levels.ts'
import type { Hearing } from '../parts/hearing.ts'
import type { Outputs } from '../parts/outputs.ts'
import type { Pins } from '../parts/pins.ts'
import type { AgentStatus } from '../status/status-file.ts'
import type { RegisteredCommand } from './command-runner.ts'
import { commandHandler } from './command-runner.ts'
import { logCommand } from './log-command.ts'
import { switchCommand } from './switch-command.ts'

export interface DeviceCommandsOptions {
  clock: Clock
  pins: Pick<Pins, 'identify'>
  hearing: Pick<Hearing, 'restart' | 'wanted' | 'health'>
  outputs: Pick<Outputs, 'plan' | 'switch'>
  status: () => AgentStatus
  levels: Pick<LogLevels, 'set' | 'current'>
  board: Pick<LogBoard, 'recent'>
  /** Ends the agent, which somebody starts again; `null` where nobody would. */
  restart: (() => void) | null
}

const nothing = z.strictObject({})

/** Everything the hub may ask this device to do. None of it takes a path, a program, an address or code. */
export function deviceCommands({
  clock,
  pins,
  hearing,
  outputs,
  status,
  levels,
  board,
  restart,
}: DeviceCommandsOptions): RegisteredCommand[] {
  return [
    commandHandler({
      name: 'ping',
      summary: 'Answers with both clocks',
      params: nothing,
      run: () => ({ at: clock.now(), mono: clock.mono() }),
    }),
    commandHandler({
      name: 'identify',
      summary: 'Blinks the status light',
      params: z.strictObject({ seconds: z.number().min(1).max(120).default(10) }),
      run({ seconds }) {
        pins.identify(seconds)
        return { seconds }
      },
    }),
    switchCommand(outputs),
    commandHandler({
      name: 'restart_microphone',
      summary: 'Begins the recording anew',
      params: nothing,
      async run() {
        if (!hearing.wanted)
          throw new LaresError('device_missing', 'this device has no microphone: [microphone] enabled is false')
        await hearing.restart()
        const { state, reason } = hearing.health()
        return { state, reason }
      },
    }),
    commandHandler({
      name: 'restart',
      summary: 'Ends the agent, and systemd starts it again',
      params: nothing,
      run() {
        if (restart === null)
          throw new LaresError('missing_program', 'systemd does not run this agent, so nobody would start it again')
        return { restarts: true }
      },
      afterwards: () => restart?.(),
    }),
    commandHandler({
      name: 'log_level',
      summary: 'Lets a part say more or less in the log: until the agent ends, or for some minutes',
      params: z.strictObject({ part: z.string(), level: z.string(), minutes: z.number().optional() }),
      run({ part, level, minutes }) {
        levels.set(readLevel(part, level, minutes))
        return { levels: levels.current().map((one) => ({ ...one })) }
      },
    }),
    logCommand(board),
    commandHandler({
      name: 'doctor',
      summary: 'Says what is missing',
      params: nothing,
      run() {
        const { version, missing, sensors } = status()
        return {
          ok: missing.length === 0,
          version,
          sensors,
          missing: missing.map(({ part, reason }) => ({ part, reason: cutText(reason, 500) })),
        }
      },
    }),
  ]
}
