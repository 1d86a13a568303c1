import type { Mutation } from './mutation.ts'

const MOVING = 'test/hub/features/devices/moving.test.ts'
const REMOVAL = 'test/hub/features/erasures/house-removal.test.ts'
const ROOMS = 'test/hub/features/house/houses-and-rooms.test.ts'
const MEMBERS = 'test/hub/features/house/members.test.ts'
const PRESENCE = 'test/hub/features/presence/presence.test.ts'

/** Who sees what belongs to which house, and that one is always left. */
export const HOUSES: readonly Mutation[] = [
  {
    without: 'keeping the last house',
    file: 'hub/features/erasures/house-command.ts',
    text: "if (db.prepare('SELECT 1 FROM houses WHERE removed_at IS NULL AND id <> ?').get(id) !== undefined) return",
    becomes: 'return',
    test: { file: REMOVAL, name: 'stays also when two people take the last two away at the same time' },
  },
  {
    without: 'counting no house that is being taken away',
    file: 'hub/features/erasures/house-command.ts',
    text: "'SELECT 1 FROM houses WHERE removed_at IS NULL AND id <> ?'",
    becomes: "'SELECT 1 FROM houses WHERE id <> ?'",
    test: { file: REMOVAL, name: 'stays also while another one is only waiting for its devices to be forgotten' },
  },
  {
    without: 'shutting out every device of a house that is taken away',
    file: 'hub/features/erasures/removed-houses.ts',
    text: "for (const device of devices) beginErasure(context, { what: 'device', key: device, reason })",
    becomes: '',
    test: { file: REMOVAL, name: 'is nobody’s at once' },
  },
  {
    without: 'keeping the row of a house until its devices are forgotten',
    file: 'hub/features/erasures/removed-houses.ts',
    text: ' AND NOT EXISTS (SELECT 1 FROM devices d WHERE d.house_id = houses.id)',
    becomes: '',
    test: { file: REMOVAL, name: 'goes with the last of its devices' },
  },
  {
    without: 'taking a group of central with a house that is gone',
    file: 'hub/features/erasures/removed-houses.ts',
    text: "atCentralsWork(db, () => db.prepare('DELETE FROM houses WHERE id = ?').run(house))",
    becomes: "db.prepare('DELETE FROM houses WHERE id = ?').run(house)",
    test: { file: REMOVAL, name: 'takes a group with it that central gave it' },
  },
  {
    without: 'telling the front that a device has another house',
    file: 'hub/features/devices/tell-new-house.ts',
    text: "for (const device of devices) context.effect({ kind: 'device_house', device, house: to })",
    becomes: '',
    test: { file: MOVING, name: 'is told to the front' },
  },
  {
    without: 'having those log in again who see one of the two houses',
    file: 'hub/features/devices/tell-new-house.ts',
    text: ' HAVING count(DISTINCT p.house_id) = 1',
    becomes: ' HAVING count(DISTINCT p.house_id) = 2',
    test: { file: MOVING, name: 'is told to the front' },
  },
  {
    without: 'believing a move more than a login that was judged before it',
    file: 'hub/front/front.ts',
    text: 'if (!houses.has(id)) houses.set(id, house)',
    becomes: 'houses.set(id, house)',
    test: { file: 'test/hub/front/moved-while-it-logs-in.test.ts', name: 'is seen in its new house' },
  },
  {
    without: 'taking a device out of its room when it moves to another house',
    file: 'hub/features/devices/move-device.ts',
    text: 'house_id: house, room_id: null, carried_by: null',
    becomes: 'house_id: house, carried_by: null',
    test: { file: MOVING, name: 'leaves its room, its group, its owner and who carries it' },
  },
  {
    without: 'keeping what is reached through a device in the house of that one',
    file: 'hub/features/devices/move-device.ts',
    text: 'if (isLeaving) refuseWithoutHub(db, device)',
    becomes: '',
    test: { file: MOVING, name: 'takes along what is reached through it, which does not go alone' },
  },
  {
    without: 'asking before what somebody else said of a device ends',
    file: 'hub/features/devices/move-device.ts',
    text: 'changes.group_id != null && was.group !== null',
    becomes: 'changes.group_id != null && was.group === undefined',
    test: { file: MOVING, name: 'are told apart: the second is asked' },
  },
  {
    without: 'looking for a room in the house in which the device will be',
    file: 'hub/features/house/named-row.ts',
    text: "const within = house === undefined ? '' : ` AND (${kind.house} = ? OR ${kind.house} IS NULL)`",
    becomes: "const within = house === undefined ? '' : ` AND (${kind.house} = ? OR 1)`",
    test: { file: MOVING, name: 'is not moved to' },
  },
  {
    without: 'leaving groups of central to central',
    file: 'hub/features/devices/group-commands.ts',
    text: "refuseCentral(context.db, 'device_groups', found.id)",
    becomes: '',
    test: { file: MOVING, name: 'of central is shown and filled here' },
  },
  {
    without: 'keeping who belongs to a house from its guests',
    file: 'hub/features/devices/device-place.ts',
    text: 'return houses === null || houses.includes(row.house_id) ? row',
    becomes: 'return houses === null || row.house_id ? row',
    test: { file: MEMBERS, name: 'is found by nobody who may not know who belongs to the house' },
  },
  {
    without: 'counting the rooms of a house',
    file: 'hub/features/house/rooms.ts',
    text: 'const rooms = countRooms(db, house)',
    becomes: 'const rooms = 1',
    test: { file: ROOMS, name: 'is made, shown, changed and taken away' },
  },
  {
    without: 'asking before the last owner is one no longer',
    file: 'hub/features/house/person-commands.ts',
    text: "return ownerless === '' ? null",
    becomes: "return ownerless !== '' ? null",
    test: { file: MEMBERS, name: 'is asked before the last owner is one no longer' },
  },
  {
    without: 'taking from who leaves a house what they own there',
    file: 'hub/features/house/people-commands.ts',
    text: '    disown(context, { person, house, user })',
    becomes: '',
    test: { file: MEMBERS, name: 'leaves with a word on what is nobody’s then' },
  },
  {
    without: 'waiting for a phone that sleeps',
    file: 'hub/features/presence/engine.ts',
    text: 'this.#gone.all(context.now - AWAY_MS)',
    becomes: 'this.#gone.all(context.now)',
    test: { file: PRESENCE, name: 'stays when it sleeps for a while' },
  },
  {
    without: 'holding on to what a person says by hand',
    file: 'hub/features/presence/engine.ts',
    text: "'AND max(d.status_since) >= coalesce(p.last_seen, 0) AND ",
    becomes: "'AND ",
    test: { file: PRESENCE, name: 'is what was said by hand, until the phone comes or goes' },
  },
]
