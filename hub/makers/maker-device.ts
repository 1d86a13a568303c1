import type { Announcement, NotConnected, SaidDevice, SaidEntity } from '../dialects/said.ts'

/** A device as one source knows it: everything that was announced of it, by whatever messages. */
export interface RosterDevice {
  /** The first of its identities when it was first heard of. */
  identity: string
  identities: ReadonlySet<string>
  announcements: ReadonlyMap<string, Announcement>
}

/** The same in words that survive a structured clone, as the engine takes it. */
export interface DeviceWords extends SaidDevice {
  /** What it is known by at this source, the first of its identities when it was first heard of. */
  identity: string
  entities: readonly EntityWords[]
  /** Known, not connected, and why. */
  notConnected: readonly NotConnected[]
}

/** An entity without what reads and writes it; `orders`: what it can be told. */
export type EntityWords = Pick<
  SaidEntity,
  | 'uniqueId'
  | 'entityId'
  | 'name'
  | 'component'
  | 'deviceClass'
  | 'icon'
  | 'enabled'
  | 'category'
  | 'measures'
  | 'options'
  | 'range'
  | 'limits'
> & { orders: readonly string[] }

/** All entities of a device; of two with one unique id the one that was announced first. */
export function entitiesOf({ announcements }: RosterDevice): SaidEntity[] {
  const entities = new Map<string, SaidEntity>()
  for (const { entities: some } of announcements.values())
    for (const entity of some) if (!entities.has(entity.uniqueId)) entities.set(entity.uniqueId, entity)
  return [...entities.values()]
}

/** What the announcements of a device come to; what one does not say another may. */
export function deviceWords(device: RosterDevice): DeviceWords {
  const said = [...device.announcements.values()].flatMap(({ device: about }) => about ?? [])
  const first = <K extends 'name' | 'brand' | 'model' | 'version' | 'via' | 'area'>(key: K) =>
    said.find((about) => about[key] !== null)?.[key] ?? null
  return {
    identity: device.identity,
    identities: [...device.identities],
    name: first('name'),
    brand: first('brand'),
    model: first('model'),
    version: first('version'),
    via: first('via'),
    area: first('area'),
    entities: entitiesOf(device).map(entityWords),
    notConnected: [...device.announcements.values()].flatMap(({ notConnected }) => notConnected),
  }
}

function entityWords(entity: SaidEntity): EntityWords {
  const {
    uniqueId,
    entityId,
    name,
    component,
    deviceClass,
    icon,
    enabled,
    category,
    measures,
    options,
    range,
    orders,
    limits = {},
  } = entity
  return {
    ...{ uniqueId, entityId, name, component, deviceClass, icon, enabled, category, measures, options, range },
    ...{ orders, limits },
  }
}
