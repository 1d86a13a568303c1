import { cutText } from '../../../shared/cut-text.ts'
import { DEVICE_NAME_LENGTH } from '../../../shared/limits.ts'
import type { CallContext } from '../../engine/admin-command.ts'
import { updateRow } from '../../query/row-changes.ts'
import { addDevice } from '../devices/joining.ts'
import { fold, houseNamed } from '../house/named-house.ts'
import { ROOM, rowNamed } from '../house/named-row.ts'
import { NONE } from '../house/names.ts'
import { joinThrough, joinToHub } from './hub-links.ts'
import type { MakerEntity } from './inputs.ts'
import { announcedBy, type MakerRow, type MakerRows } from './maker-rows.ts'

/** How a person wants it, where not as it was announced. */
export interface AcceptWish {
  house?: string | undefined
  room?: string | undefined
  name?: string | undefined
}

/** What a device is, by what it has, the most telling first. What is there to set it up does not count. */
const TELLING = [
  ...['climate', 'water_heater', 'humidifier', 'lock', 'cover', 'valve', 'vacuum', 'lawn_mower', 'alarm_control_panel'],
  ...['siren', 'media_player', 'camera', 'fan', 'light', 'switch', 'event'],
]

/** Makes a device of what a source announced, in the house of the source or the one that is wished. Its entities come with the commit. */
export function acceptMaker(
  context: CallContext,
  { row, rows }: { row: MakerRow; rows: MakerRows },
  wish: AcceptWish,
): string {
  const { db, caller, now } = context
  const house = houseNamed(context, wish.house ?? row.house ?? undefined)
  const room = roomOf(context, { house, wish: wish.room, area: row.area })
  const { entities } = announcedBy(db, row.id)
  const name = wish.name ?? cutText(row.name, DEVICE_NAME_LENGTH)
  const device = addDevice(context, {
    ...{ name, type: 'custom', house, secretHash: null, connection: 'mqtt', integration: row.dialect },
    ...{ discovery: 'mqtt_discovery', hardware: row.model },
  })
  const orders = JSON.stringify([...new Set(entities.flatMap((entity) => entity.orders))].sort())
  updateRow(
    context,
    { table: 'devices', id: device },
    {
      ...{
        device_class: classBy(entities),
        detected_brand: row.brand,
        room_id: room,
        requires_hub: row.via === null ? 0 : 1,
      },
      ...{ supported_features: orders, capabilities: orders },
      ...(row.version === null ? {} : { capability_details: JSON.stringify({ version: row.version }) }),
    },
  )
  db.prepare(
    "UPDATE maker_devices SET status = 'accepted', device_id = ?, speaks = 1, is_registered = 0, given_name = ?, decided_by = ?, decided_at = ? WHERE id = ?",
  ).run(device, wish.name === undefined ? name : null, caller.principal, now, row.id)
  acceptElsewhere(rows, row, { device, house })
  joinToHub(db, row)
  joinThrough(db, row)
  context.addEvent({
    ...{ type: 'maker_device_accepted', device, house, source: 'user' },
    data: { name, source: row.source, identity: row.identity, by: caller.principal },
  })
  return device
}

/** The same device at other sources is this one, where they tell of its house. */
function acceptElsewhere(rows: MakerRows, row: MakerRow, { device, house }: { device: string; house: string }): void {
  for (const other of rows.others(row.id, row.identities))
    if (other.device_id === null && (other.house === null || other.house === house))
      rows.decide(other.id, 'accepted', device)
}

/** The room that is wished, or the one that is called as the area where it stands. */
function roomOf(
  context: CallContext,
  { house, wish, area }: { house: string; wish: string | undefined; area: string | null },
): string | null {
  if (wish !== undefined) return fold(wish) === NONE ? null : rowNamed(context, ROOM, wish, house).id
  if (area === null) return null
  const rooms = context.db.prepare('SELECT id, name FROM rooms WHERE house_id = ?').all(house) as Record<
    string,
    string
  >[]
  return rooms.find(({ name = '' }) => fold(name) === fold(area))?.id ?? null
}

function classBy(entities: readonly MakerEntity[]): string {
  const plain = entities.filter(({ enabled, category }) => enabled && category === null)
  const components = new Set(plain.map(({ component }) => component))
  return TELLING.find((component) => components.has(component)) ?? 'sensor'
}
