import type { OrderLimits } from '../../../shared/entity-order.ts'
import type { Result } from '../../../shared/messages/result.ts'
import type { State } from '../../../shared/messages/state.ts'
import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import { stateText } from '../../../shared/state-text.ts'
import type { Context } from '../../engine/context.ts'
import type { Entity } from '../devices/entity.ts'
import { answered } from './action-outcome.ts'
import type { Order, Takes } from './entity-orders.ts'
import { isDoneBy, isDoneWhenTold } from './order-outcome.ts'

/** An order to an entity that a bridge or connection speaks for. */
export interface OutsideOrder {
  /** The action's. */
  id: number
  source: string
  uniqueId: string
  order: Record<string, unknown>
}

/** Has an order told where its source is; says whether that is one of its own. */
export type Carrier = (context: Context, order: OutsideOrder) => boolean

interface Row {
  action: number
  command_id: string
  device: string
  house: string
  parameters: string
  executed_at: number | null
  entity: string
  source: string
  unique_id: string | null
  deadline: number | null
  expires_at: number
  limits: string | null
}

const READ =
  'SELECT u.action_id AS action, a.command_id, u.device_id AS device, d.house_id AS house, a.parameters, a.executed_at, e.id AS entity, ' +
  'e.source, e.unique_id, u.deadline_mono AS deadline, u.expires_at, o.limits FROM commands_underway u JOIN control_actions a ON a.id = u.action_id ' +
  "JOIN devices d ON d.id = u.device_id JOIN device_entities e ON e.device_id = u.device_id AND e.key = json_extract(a.parameters, '$.output') " +
  'JOIN entity_orders o ON o.entity_id = e.id'

/**
 * Orders to devices that do not log in here. Each is handed to whoever carries it once, when its device can be reached, and is done
 * when the state of its entity says so; one that no state tells of, when it was published. What was handed over and has no
 * outcome when its time is over may have run.
 */
export class OutsideOrders {
  readonly #carriers: Carrier[] = []
  /** What a toggle came to, by its action. */
  #meant = new Map<number, Order>()
  #known: (entity: string) => State | undefined
  #untold: Statement
  #isWaiting: Statement
  #ofDevice: Statement
  #ofAction: Statement
  #told: Statement
  #sent: Statement
  #take: Statement

  /** `known`: the newest state of an entity. */
  constructor(db: Database, known: (entity: string) => State | undefined) {
    this.#known = known
    this.#untold = db.prepare(
      `${READ} WHERE u.told = 0 AND a.executed_at IS NULL AND d.status <> 'offline' AND d.revoked_at IS NULL AND e.is_enabled = 1 ` +
        'ORDER BY u.action_id',
    )
    this.#isWaiting = db.prepare('SELECT EXISTS (SELECT 1 FROM commands_underway WHERE device_id = ?)').pluck()
    this.#ofDevice = db.prepare(`${READ} WHERE u.device_id = ? AND a.executed_at IS NOT NULL ORDER BY u.action_id`)
    this.#ofAction = db.prepare(`${READ} WHERE u.action_id = ?`)
    this.#told = db.prepare('UPDATE commands_underway SET told = 1 WHERE action_id = ?')
    this.#sent = db.prepare(
      "UPDATE control_actions SET status = 'executing', executed_at = ?, updated_at = ? WHERE id = ?",
    )
    this.#take = db.prepare(
      'INSERT INTO entity_orders (entity_id, orders, options, range, limits) VALUES (?, ?, ?, ?, ?) ON CONFLICT (entity_id) DO UPDATE ' +
        'SET orders = excluded.orders, options = excluded.options, range = excluded.range, limits = excluded.limits ' +
        'WHERE orders IS NOT excluded.orders OR options IS NOT excluded.options OR range IS NOT excluded.range ' +
        'OR limits IS NOT excluded.limits',
    )
  }

  carriedBy(carrier: Carrier): void {
    this.#carriers.push(carrier)
  }

  /** What an entity can be told from now on. Called again with the same it writes nothing. */
  take({ id }: Entity, { orders, options, range, limits = {} }: Omit<Takes, 'limits'> & Partial<Takes>): void {
    this.#take.run(id, ...[orders, options, range, limits].map((one) => (one === null ? null : JSON.stringify(one))))
  }

  /** Hands over what devices that can be reached have not been told, in order. */
  deliver(context: Context): void {
    for (const row of this.#untold.all() as Row[]) if (!isOver(row, context)) this.#hand(context, row)
  }

  /** It was published, or cannot be. */
  published(context: Context, id: number, error: string | null): void {
    const row = this.#ofAction.get(id) as Row | undefined
    if (!row) return
    if (error !== null) this.#end(context, row, error)
    else if (isDoneWhenTold(this.#orderOf(row), limitsOf(row)) || this.#isDone(row)) this.#end(context, row, null)
  }

  /** The entity has another state now, or says the same again. */
  seen(context: Context, { id, device }: Entity): void {
    // Asked with every state, and hardly ever so.
    if (this.#isWaiting.get(device) === 0) return
    for (const row of this.#ofDevice.all(device) as Row[])
      if (row.entity === id && this.#isDone(row)) this.#end(context, row, null)
  }

  #hand(context: Context, row: Row): void {
    const { action, source, unique_id } = row
    const order = this.#meaning(row)
    this.#told.run(action)
    this.#sent.run(context.now, context.now, action)
    const isCarried =
      order !== null &&
      unique_id !== null &&
      this.#carriers.some((carrier) => carrier(context, { id: action, source, uniqueId: unique_id, order }))
    if (isCarried) return
    this.#end(context, row, order === null ? 'whether it is on is not known' : `nothing speaks to ${source}`)
  }

  /** What is to be told: of a toggle, what it is not now; `null`: that is not known. */
  #meaning(row: Row): Order | null {
    const order = this.#orderOf(row)
    if (order.order !== 'toggle') return order
    const state = this.#known(row.entity)
    const words = state === undefined ? '' : stateText(state)
    if (words !== 'on' && words !== 'off') return null
    const meant: Order = { order: words === 'on' ? 'off' : 'on' }
    this.#meant.set(row.action, meant)
    return meant
  }

  #orderOf({ action, parameters }: Row): Order {
    const { output: _output, ...order } = JSON.parse(parameters) as { output: string } & Order
    return this.#meant.get(action) ?? (order as Order)
  }

  #isDone(row: Row): boolean {
    const state = this.#known(row.entity)
    return state !== undefined && isDoneBy(this.#orderOf(row), state, limitsOf(row))
  }

  #end(context: Context, row: Row, error: string | null): void {
    const { output } = JSON.parse(row.parameters) as { output: string }
    const { order, ...rest } = this.#orderOf(row)
    const result: Pick<Result, 'id' | 'ok' | 'value' | 'error'> = {
      id: row.command_id,
      ok: error === null,
      ...(error === null ? { value: { output, state: order === 'level' ? 'on' : order, ...rest } } : {}),
      ...(error === null ? {} : { error: { code: 'device_refused', message: error } }),
    }
    this.#meant.delete(row.action)
    answered(context, result, row)
  }
}

function isOver({ deadline, expires_at }: Row, { now, mono }: Context): boolean {
  return deadline === null ? now >= expires_at : (mono ?? 0) >= deadline
}

function limitsOf({ limits }: Row): OrderLimits {
  return JSON.parse(limits ?? '{}') as OrderLimits
}
