import { z } from 'zod'
import { deviceParam, logLine } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { DEVICE_LOG, COMMANDS as LIMITS } from '../../../shared/limits.ts'
import { LOG_LEVELS } from '../../../shared/log-board.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { Pending } from '../../engine/answer-later.ts'
import type { ActionRow, DeviceAnswer } from './action-row.ts'
import { deviceToTell } from './device-to-tell.ts'
import { giveCommand } from './give-command.ts'

/** What the device knows it as, and the verb here. */
export const LOG = 'log'

const logSchema = z.strictObject({
  says: z.string(),
  /** `read`; `waits` where the answer is on its way still; `away`: the device cannot be reached, and was not asked. */
  state: z.enum(['read', 'waits', 'away']),
  lines: z.array(logLine),
  device: z.string(),
})

export const showDeviceLog = adminCommand({
  area: 'devices',
  verb: LOG,
  needs: 'configure',
  summary: 'The last lines of the log of an agent, as far as it remembers them; nothing of them is kept here',
  params: z.strictObject({
    device: deviceParam,
    level: z.enum(LOG_LEVELS).default('debug').meta({ description: 'only lines of this level and worse' }),
    lines: z.int().min(1).max(DEVICE_LOG.lines).default(100),
  }),
  result: logSchema,
  examples: [
    { says: 'what it said last', params: { device: 'kitchen-pi' } },
    { says: 'what went wrong there', params: { device: 'kitchen-pi', level: 'warn' } },
  ],
  positional: ['device'],
  changes: true,
  run(context, { device: given, level, lines }) {
    const device = deviceToTell(context, given)
    if (!device.hasAgent)
      throw new LaresError(
        'bad_params',
        `device: ${device.name} runs no agent, so nobody can be asked for a log there`,
        {
          hint: `See what it told this hub: lares events list --device ${device.id}`,
        },
      )
    if (!device.online)
      return {
        says: `${device.name} cannot be reached: its log can be read when it is back`,
        state: 'away' as const,
        lines: [],
        device: device.id,
      }
    const params = { level, lines }
    const asked = giveCommand(context, { device, type: 'command', name: LOG, params, expiresMs: LIMITS.switchMs })
    const says = `${device.name} was asked and has not answered yet`
    return new Pending({ says, state: 'waits', lines: [], device: device.id }, asked.held)
  },
})

/** What the device said, or that it has not yet. Its lines are as it wrote them: whoever shows them cleans them. */
export function logAnswer({ device, device_id }: ActionRow, answer: DeviceAnswer | null): z.infer<typeof logSchema> {
  if (answer === null)
    return { says: `${device} was asked and has not answered`, state: 'waits', lines: [], device: device_id }
  const { lines } = said.safeParse(answer.value).data ?? { lines: [] }
  const says = lines.length === 0 ? `${device} remembers no such line` : `${device}: its last lines`
  return { says, state: 'read', lines, device: device_id }
}

const said = z.object({ lines: z.array(z.string()).max(DEVICE_LOG.lines) })
