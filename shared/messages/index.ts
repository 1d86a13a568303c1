import { ack } from './ack.ts'
import { adminEvent } from './admin-event.ts'
import { adminRequest } from './admin-request.ts'
import { adminResponse } from './admin-response.ts'
import { audioFrame } from './audio-frame.ts'
import { birth } from './birth.ts'
import { command } from './command.ts'
import { desired } from './desired.ts'
import { event } from './event.ts'
import { heartbeat } from './heartbeat.ts'
import { hubHealth } from './hub-health.ts'
import { hubInfo } from './hub-info.ts'
import { joinRequest } from './join-request.ts'
import { joinResponse } from './join-response.ts'
import { playback } from './playback.ts'
import { readings } from './readings.ts'
import { rejected } from './rejected.ts'
import { reported } from './reported.ts'
import { result } from './result.ts'
import { session } from './session.ts'
import { state } from './state.ts'
import { status } from './status.ts'
import { turn } from './turn.ts'
import { wake } from './wake.ts'
import { will } from './will.ts'

/** Every wire message by its name. A file of this folder that is missing here fails the architecture tests. */
export const MESSAGES = {
  birth,
  will,
  heartbeat,
  readings,
  event,
  wake,
  turn,
  'audio-frame': audioFrame,
  playback,
  ack,
  command,
  rejected,
  result,
  desired,
  reported,
  session,
  status,
  state,
  'admin-request': adminRequest,
  'admin-response': adminResponse,
  'admin-event': adminEvent,
  'hub-info': hubInfo,
  'hub-health': hubHealth,
  'join-request': joinRequest,
  'join-response': joinResponse,
} as const

export type MessageName = keyof typeof MESSAGES
