import type { Wire } from '../../../shared/codec.ts'
import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { Origin, PartlyRefused } from '../../engine/feature.ts'
import type { DeviceClocks } from './device-clock.ts'
import type { DeviceConnections } from './device-connections.ts'
import type { DeviceReach } from './device-reach.ts'
import type { Directory } from './directory.ts'
import type { Entities } from './entities.ts'
import { Introductions } from './introduction.ts'
import { OutdatedAgents } from './outdated-agents.ts'
import type { SharedIdentity } from './shared-identity.ts'

export interface BirthsOptions {
  db: Database
  directory: Directory
  entities: Entities
  clocks: DeviceClocks
  identities: SharedIdentity
  connections: DeviceConnections
  reach: DeviceReach
}

/** Takes what devices say of themselves when they come: what they are, can do and measure. */
export class Births {
  #options: BirthsOptions
  #introductions: Introductions
  #outdated = new OutdatedAgents()
  #write: Statement

  constructor(options: BirthsOptions) {
    this.#options = options
    this.#introductions = new Introductions(options.entities)
    this.#write = options.db.prepare(
      'UPDATE devices SET detected_model = ?, capabilities = ?, capability_details = ?, connects = ?, updated_at = ? WHERE id = ?',
    )
  }

  /** Returns what of its sensors was not taken. */
  take(context: Context, birth: Wire<'birth'>, origin: Origin): PartlyRefused | undefined {
    const { directory, clocks, identities, connections, reach } = this.#options
    const { device } = origin
    const known = directory.find(device)
    identities.introduced(context, birth, origin)
    const isShared = identities.isShared(device, context.now)
    if (isShared) connections.show(context, device)
    // What the other of two machines does not have is no sensor that left.
    const refused = this.#introductions.take(context, isShared ? { ...birth, partial: true } : birth, origin)
    clocks.learn(device, birth.boot, birth.clock.synced)
    this.#keep(context, birth, device)
    if (known) known.connects = birth.connects
    this.#outdated.look(context, birth.agent, origin)
    reach.tell('introduced', context, device)
    return refused
  }

  #keep({ now }: Context, { hardware, capabilities, agent, clock, connects }: Wire<'birth'>, device: string): void {
    const details = JSON.stringify({ agent, clock })
    this.#write.run(hardware, JSON.stringify(capabilities), details, connects, now, device)
  }
}
