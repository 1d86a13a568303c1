import { LaresError } from '../../../shared/errors.ts'
import { COMMANDS } from '../../../shared/limits.ts'
import type { CallContext } from '../../engine/admin-command.ts'
import type { Pending } from '../../engine/answer-later.ts'
import { deviceToTell, outsideDevice } from './device-to-tell.ts'
import { readOrder } from './entity-orders.ts'
import { giveCommand } from './give-command.ts'
import type { ToldEntity } from './named-entity.ts'
import { readSwitchLevel } from './switch-level.ts'

/** What an entity is to be, as a person says it. */
export interface EntityWish {
  what: string | number | boolean
  /** For how long, where its device can do that. */
  forMs?: number | null
  /** How long it may wait; absent: as long as is usual for it. */
  expiresMs?: number | undefined
  /** Whether whoever asks is answered with the outcome; default true. */
  isAwaited?: boolean
}

/** Orders whose outcome takes its time: a blind runs, a thermostat sleeps. */
const SLOW: ReadonlySet<string> = new Set([
  ...['position', 'tilt', 'temperature', 'humidity', 'mode', 'preset', 'fan_mode', 'swing_mode', 'option', 'value'],
])
const SWITCHED: ReadonlySet<string> = new Set(['on', 'off', 'toggle', 'level'])

/** Tells an entity something, wherever its device is. Throws `bad_params` with what it takes, and as `giveCommand`. */
export function orderEntity(context: CallContext, entity: ToldEntity, wish: EntityWish): Pending {
  const { key: output, takes, device: id } = entity
  const { what, forMs = null, expiresMs, isAwaited = true } = wish
  if (takes === null) {
    const params = { output, ...readSwitchLevel(what), ...(forMs === null ? {} : { for_s: forMs / 1_000 }) }
    const device = deviceToTell(context, id)
    return giveCommand(context, {
      ...{ device, type: 'switch', name: 'switch', params },
      ...{ expiresMs: expiresMs ?? COMMANDS.switchMs, isAwaited },
    })
  }
  if (forMs !== null)
    throw new LaresError('bad_params', `for: only outputs of agents take their safe state again by themselves`, {
      hint: 'Leave it out, and switch it off later.',
    })
  const order = readOrder(what, takes, entity.name)
  const isSwitch = SWITCHED.has(order.order)
  return giveCommand(context, {
    device: outsideDevice(context, id),
    ...(isSwitch ? { type: 'switch', name: 'switch' } : { type: 'command', name: 'set' }),
    params: { output, ...order },
    isAwaited,
    expiresMs: expiresMs ?? (SLOW.has(order.order) ? COMMANDS.othersMs : COMMANDS.switchMs),
  })
}
