/** Every table of the hub, plainly exported, because that is all the migration kit can see. */
export { requestMemory } from '../../hub/admin/tables.ts'
export { alertRules, alerts, alertTellings } from '../../hub/features/alerts/tables.ts'
export { bridges } from '../../hub/features/bridges/tables.ts'
export {
  brokerIncoming,
  brokerQueue,
  brokerRetained,
  brokerSessions,
  brokerSubscriptions,
} from '../../hub/features/broker-memory/tables.ts'
export { commandsUnderway, controlActions, deviceSettings, entityOrders } from '../../hub/features/control/tables.ts'
export {
  deviceAlarms,
  deviceCredentials,
  deviceEntities,
  deviceGroups,
  deviceStreams,
  devices,
  invitations,
} from '../../hub/features/devices/tables.ts'
export { erasures } from '../../hub/features/erasures/tables.ts'
export { events } from '../../hub/features/events/tables.ts'
export { followerGaps, followers } from '../../hub/features/followers/tables.ts'
export { homeassistantTopics } from '../../hub/features/homeassistant/tables.ts'
export { houses, people, rooms } from '../../hub/features/house/tables.ts'
export { hubSettings } from '../../hub/features/hub/tables.ts'
export { importedDevices } from '../../hub/features/import/tables.ts'
export { jobs } from '../../hub/features/jobs/tables.ts'
export { setupCodes, webSessions } from '../../hub/features/logins/tables.ts'
export { makerDevices, makerIdentities, makerSources } from '../../hub/features/makers/tables.ts'
export { personaDrafts, personas, personaVersions } from '../../hub/features/personas/tables.ts'
export { rejectedMessages } from '../../hub/features/rejected/tables.ts'
export { retentionSettings } from '../../hub/features/retention/tables.ts'
export { secrets } from '../../hub/features/secrets/tables.ts'
export { audioClips, messages, sessions, turns } from '../../hub/features/sessions/tables.ts'
export {
  lostRows,
  managedRows,
  managedScopes,
  seededRows,
  syncChanges,
  syncQuarantine,
  syncStreams,
} from '../../hub/features/sync/tables.ts'
export {
  givenKeys,
  readingIndex,
  readingRollups,
  readingSeries,
  readings,
} from '../../hub/features/telemetry/tables.ts'
export { timerRepeats, timers } from '../../hub/features/timers/tables.ts'
export { apiTokens, users } from '../../hub/features/users/tables.ts'
export { spokenNames, voiceNotes } from '../../hub/features/voice/tables.ts'
export { wearDays } from '../../hub/features/wear/tables.ts'
