import type { AdminCommand } from '../engine/admin-command.ts'
import { describeVerbs } from './admin/describe.ts'
import { setLogLevel, showLog } from './admin/log-commands.ts'
import { createDevice, inviteDevice, listDevices, renameDevice, revokeDevice, showDevice } from './devices/commands.ts'
import { removeSensor } from './devices/sensor-commands.ts'
import { listEvents } from './events/commands.ts'
import { listHouses, showHouse, updateHouse } from './house/commands.ts'
import { addPerson, listPeople, removePerson } from './house/people-commands.ts'
import { hubStatus, listRejected } from './plumbing/commands.ts'
import { setRetention, showRetention } from './retention/commands.ts'
import { listSessions } from './sessions/commands.ts'
import {
  claimSite,
  discardQuarantine,
  listQuarantine,
  retryQuarantine,
  syncStatus,
  verifySync,
} from './sync/commands.ts'
import { yieldRow } from './sync/yield-command.ts'
import { latestReadings, queryReadings, summarizeReadings } from './telemetry/commands.ts'
import { receivedReadings } from './telemetry/received-readings.ts'
import { createUser, deleteUser, listUsers, updateUser } from './users/commands.ts'
import { createToken, listTokens, revokeToken } from './users/token-commands.ts'

/** Every verb of the admin door. */
export const COMMANDS: readonly AdminCommand[] = [
  inviteDevice,
  createDevice,
  listDevices,
  showDevice,
  renameDevice,
  revokeDevice,
  removeSensor,
  hubStatus,
  setLogLevel,
  showLog,
  queryReadings,
  summarizeReadings,
  latestReadings,
  receivedReadings,
  listSessions,
  listEvents,
  listRejected,
  showRetention,
  setRetention,
  createUser,
  listUsers,
  updateUser,
  deleteUser,
  createToken,
  listTokens,
  revokeToken,
  listHouses,
  showHouse,
  updateHouse,
  listPeople,
  addPerson,
  removePerson,
  syncStatus,
  claimSite,
  yieldRow,
  verifySync,
  listQuarantine,
  retryQuarantine,
  discardQuarantine,
  describeVerbs(() => COMMANDS),
]

/** The command of an area and verb, by a Map so that no inherited name can be called. */
const BY_NAME = new Map(COMMANDS.map((command) => [`${command.area}/${command.verb}`, command]))

export function findAdminCommand(area: string, verb: string): AdminCommand | undefined {
  return BY_NAME.get(`${area}/${verb}`)
}
