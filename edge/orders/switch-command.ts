import { z } from 'zod'
import { LaresError } from '../../shared/errors.ts'
import { sensorKey } from '../../shared/messages/fields.ts'
import type { Outputs } from '../parts/outputs.ts'
import type { RegisteredCommand } from './command-runner.ts'
import { commandHandler } from './command-runner.ts'

/** Nobody expects a lamp to go on later than that; what is to happen later is said in the command. */
const EXPIRES_MS = 10_000
/** As long as `max_on` may be. */
const LONGEST_S = 24 * 86_400

const params = z
  .strictObject({
    /** The key of its table in edge.toml. */
    output: sensorKey,
    state: z.enum(['on', 'off', 'toggle']).optional(),
    /** Of a dimmer, instead of `state`. */
    percent: z.number().min(0).max(100).optional(),
    /** So long, and it takes its safe state again. */
    for_s: z.number().min(1).max(LONGEST_S).optional(),
  })
  .refine(({ state, percent }) => (state === undefined) !== (percent === undefined), {
    message: 'is to be there, or percent, and not both',
    path: ['state'],
  })

type SwitchParams = z.infer<typeof params>

/** Switches one output, which it names by its key; the answer says what it has now. */
export function switchCommand(outputs: Pick<Outputs, 'plan' | 'switch'>): RegisteredCommand {
  return commandHandler({
    name: 'switch',
    summary: 'Switches an output on or off, or dims it',
    params,
    expiresMs: EXPIRES_MS,
    makesSafe: (asked) => isSafe(asked, outputs),
    async run(asked, { deadline }) {
      const { output, for_s } = asked
      const order = { level: levelOf(asked, outputs), forMs: for_s === undefined ? null : for_s * 1_000, deadline }
      const { level, safeInMs } = await outputs.switch(output, order)
      return {
        output,
        state: level > 0 ? 'on' : 'off',
        ...(outputs.plan(output).kind === 'dimmer' ? { percent: level } : {}),
        ...(safeInMs === null ? {} : { safe_in_s: Math.round(safeInMs / 1_000) }),
      }
    },
  })
}

/** Off, or what its table calls safe, for good. */
function isSafe(asked: SwitchParams, outputs: Pick<Outputs, 'plan'>): boolean {
  const level = levelOf(asked, outputs)
  return level === 0 || level === outputs.plan(asked.output).safe
}

function levelOf({ output, state, percent }: SwitchParams, outputs: Pick<Outputs, 'plan'>): number | 'toggle' {
  const { kind, full } = outputs.plan(output)
  if (state === 'toggle') return 'toggle'
  if (percent === undefined) return state === 'on' ? full : 0
  if (kind === 'dimmer') return percent
  throw new LaresError('bad_params', `percent: ${output} is a relay, which is on or off`)
}
