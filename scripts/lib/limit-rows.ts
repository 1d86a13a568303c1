import * as limits from '../../shared/limits.ts'

const {
  MESSAGE_BYTES,
  PACKET_BYTES,
  PER_PRINCIPAL,
  ARRIVING,
  OFFLINE_QUEUE,
  REJECTED_PER_DEVICE,
  REJECTED_RAW_BYTES,
  INVITATION,
  CLIPS,
  OUTBOX,
} = limits

/** The bounds of the protocol for its readers: what, how much, and what happens beyond. The numbers are the code's. */
export function limitRows(): string[][] {
  return [
    ['JSON message of a device', bytes(MESSAGE_BYTES.json), 'rejected: `too_large`'],
    ['birth', bytes(MESSAGE_BYTES.birth), 'rejected: `too_large`'],
    ['audio frame', bytes(MESSAGE_BYTES.audio), 'counted as bad, no effect'],
    ['admin request or response', bytes(MESSAGE_BYTES.admin), '`too_large`; `query_too_long` for an answer'],
    ['MQTT packet before CONNECT is accepted', bytes(PACKET_BYTES.beforeConnect), 'connection closed'],
    ['MQTT packet after it', bytes(PACKET_BYTES.afterConnect), 'connection closed'],
    ['topic or filter', bytes(limits.TOPIC_BYTES), 'connection closed'],
    ['levels of a topic or filter', plain(limits.TOPIC_LEVELS), 'connection closed'],
    ['filters of one client', plain(limits.FILTERS_PER_CLIENT), 'denied (SUBACK 0x80); in one packet: closed'],
    ['time until CONNECT is complete', seconds(limits.CONNECT_TIMEOUT_MS), 'connection closed'],
    ['reader that takes no byte', seconds(limits.DRAIN_TIMEOUT_MS), 'connection closed'],
    ['connections', plain(limits.CONNECTIONS_TOTAL), 'refused'],
    ['connections from one address', plain(limits.CONNECTIONS_PER_ADDRESS), 'refused'],
    [
      'connections before CONNECT is accepted',
      `${plain(ARRIVING.total)}, ${plain(ARRIVING.perAddress)} from one address`,
      'the one that has waited longest is closed',
    ],
    ['connections of one principal', plain(PER_PRINCIPAL.connections), 'CONNACK 3'],
    ['persistent sessions of one principal', plain(PER_PRINCIPAL.sessions), 'the one away for longest ends'],
    ['messages of one client in a second', plain(limits.MESSAGES_PER_SECOND), 'read later, not lost'],
    ['QoS 2 messages without PUBREL', plain(limits.INFLIGHT_PER_CLIENT), 'connection closed'],
    [
      'queue of a persistent session that is away',
      `${plain(OFFLINE_QUEUE.messages)} messages, ${bytes(OFFLINE_QUEUE.bytes)}, ${seconds(OFFLINE_QUEUE.ageMs)}`,
      'QoS 0 goes first, then the oldest',
    ],
    ['queues of one principal together', bytes(PER_PRINCIPAL.queueBytes), 'QoS 0 goes first, then the oldest'],
    ['epochs remembered of a device', plain(PER_PRINCIPAL.epochs), 'the oldest is forgotten'],
    ['questions of one principal that wait', plain(PER_PRINCIPAL.questions), '`busy`'],
    ['retained topics of others', plain(limits.RETAINED_TOPICS), 'delivered, not retained'],
    ['sensors of a device', plain(limits.SENSORS_PER_DEVICE), 'those beyond are refused: `too_many_sensors`'],
    [
      'sensors that a device has and had',
      plain(limits.SENSORS_KEPT_PER_DEVICE),
      'new ones are refused: `too_many_sensors`',
    ],
    [
      'alarms of a device',
      plain(limits.ALARMS_PER_DEVICE),
      'those that ended are forgotten, then new ones only stored',
    ],
    ['items of one readings message', plain(limits.ITEMS_PER_MESSAGE), 'rejected: `bad_message`'],
    [
      'rejected messages kept of a device',
      `${plain(REJECTED_PER_DEVICE.rows)}, ${bytes(REJECTED_PER_DEVICE.bytes)}`,
      'only counted',
    ],
    ['bytes kept of one rejected message', bytes(REJECTED_RAW_BYTES), 'cut off'],
    ['turn', seconds(limits.TURN_MAX_MS), 'closed by the hub: `cap`'],
    ['turn without a frame', seconds(limits.TURN_SILENT_MS), 'closed by the hub: `truncated`'],
    ['late audio frame', `${limits.REORDER_WINDOW_MS} ms`, 'its place is silence'],
    ['clips', `${bytes(CLIPS.bytes)}, ${days(CLIPS.ageMs)}`, 'the oldest are removed'],
    ['invitation', seconds(INVITATION.ageMs), '`code_expired`'],
    ['wrong tries of one invitation', plain(INVITATION.tries), '`code_used`'],
    [
      'outbox of an agent',
      `${bytes(OUTBOX.bytes)}, ${plain(OUTBOX.rows)} rows, ${days(OUTBOX.ageMs)}`,
      'backlog goes first',
    ],
    ['event that is no alarm', `at most ${seconds(limits.EVENT_FRESH_MS)} old`, 'stored, not passed on'],
    ['silence of an agent', seconds(limits.SILENT_DEVICE_MS), 'status `error`, reason `silent`'],
    ['`state/<entity>` of one entity', `every ${seconds(limits.STATE_PUBLISH_MS)}`, 'the newest state follows'],
    ['answer to a changing request', `remembered ${seconds(limits.REQUEST_MEMORY_MS)}`, 'the id is free again'],
    ['query', seconds(limits.QUERY_MAX_MS), '`query_too_long`'],
  ]
}

function plain(count: number): string {
  return count.toLocaleString('en-US')
}

function bytes(count: number): string {
  if (count % 1_048_576 === 0) return `${plain(count / 1_048_576)} MiB`
  return count % 1_024 === 0 && count < 1_048_576 ? `${plain(count / 1_024)} KiB` : `${plain(count)} bytes`
}

function seconds(ms: number): string {
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} h`
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`
}

function days(ms: number): string {
  return `${ms / 86_400_000} days`
}
