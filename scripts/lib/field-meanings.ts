import type { MessageName } from '../../shared/messages/index.ts'

const WALL = 'wall clock, ms since 1970 UTC'
const MONO = 'ms since boot, never backwards'
const OCCURRED = 'the same, at any time since boot'

/** Fields that mean the same in every message that has them. */
const SHARED: ReadonlyMap<string, string> = new Map([
  ['lane', 'the order in which `seq` ascends'],
  ['seq', 'ascends within (epoch, lane)'],
  ['boot', 'names one boot of the device: the kernel’s boot id, or any text that changes with each boot'],
  ['sent', 'both clocks of the device at the moment of sending'],
  ['sent.at', WALL],
  ['sent.mono', MONO],
  ['at', WALL],
  ['mono', MONO],
  ['error', 'only when it failed'],
  ['error.code', 'see [Errors](#errors)'],
  ['error.message', 'what is wrong'],
  ['error.hint', 'what to do about it'],
])

const OUTBOX = 'names the outbox that `seq` counts in; a new file is a new epoch'

/**
 * What the name of a field does not say and no comment beside its schema says. A new field is better explained there;
 * this is for fields that several messages spread in.
 */
const OWN: Partial<Record<MessageName, Readonly<Record<string, string>>>> = {
  birth: {
    agent: 'version of the program',
    hardware: 'model of the machine',
    epoch: OUTBOX,
    capabilities: 'what the device can do: `sensors`, `audio_input`, `audio_output`, `buttons`, …',
    clock: 'the device’s wall clock',
    'clock.synced': 'whether it follows a time source; `null`: not known',
    'clock.source': 'which one, such as `ntp`',
    'sensors[].key': 'names the sensor in readings and topics; keep it for ever',
    'sensors[].kind': 'see [Sensor kinds](#sensor-kinds); another text is kept without bounds',
    'sensors[].unit': 'of the values',
    'sensors[].name': 'for people',
  },
  will: { connects: 'the number in the birth of this connection' },
  heartbeat: {
    agent: 'version of the program',
    uptime_s: 'since boot',
    cpu: 'the processor',
    'cpu.percent': 'busy since the last heartbeat, all cores',
    'cpu.load1': 'load average of the last minute',
    'cpu.temperature_c': '°C',
    'cpu.frequency_mhz': 'MHz now',
    throttled: 'what the firmware of a Raspberry Pi says',
    'throttled.under_voltage': 'the supply is too weak now',
    'throttled.frequency_capped': 'the frequency is limited now',
    'throttled.throttled': 'throttled now',
    'throttled.soft_temperature': 'slowed down for heat now',
    'throttled.under_voltage_occurred': OCCURRED,
    'throttled.frequency_capped_occurred': OCCURRED,
    'throttled.throttled_occurred': OCCURRED,
    'throttled.soft_temperature_occurred': OCCURRED,
    memory: 'MB',
    'memory.used_mb': 'MB',
    'memory.total_mb': 'MB',
    'memory.swap_mb': 'MB in use',
    disk: 'where the outbox lies',
    'disk.free_mb': 'MB',
    'disk.used_percent': '%',
    'disk.inode_percent': '% of the inodes in use',
    'disk.read_only': 'mounted read-only: a card that fails often ends so',
    'disk.written_mb': 'MB written since boot',
    network: 'the way to the hub',
    'network.interface': 'such as `wlan0`',
    'network.rssi_dbm': 'Wi-Fi signal, dBm',
    'network.link_mbps': 'wired link, Mbit/s',
    'network.address': 'own address',
    clock: 'the device’s wall clock',
    'clock.synced': 'whether it follows a time source',
    'clock.source': 'which one',
    outbox: 'what waits for the hub’s ack',
    'outbox.rows': 'waiting',
    'outbox.bytes': 'waiting',
    'outbox.oldest_s': 'age of the oldest row',
    'outbox.full': 'room is made by giving up rows',
    process: 'the agent itself',
    'process.rss_mb': 'memory, MB',
    'process.loop_lag_p99_ms': 'how late it wakes, 99th percentile',
    'process.restarts': 'by systemd',
    audio: 'the microphone',
    'audio.device': 'ALSA name',
    'audio.state': '`none`: not configured',
    'audio.overruns': 'times that sound was lost on the device',
    'audio.bytes_per_s': '32,000 when all is well',
    'audio.reason': 'why it is not `ok`',
    gpio: 'the pins',
    'gpio.backend': 'how they are reached',
    'gpio.base': 'the kernel’s number of GPIO0, for `onoff`',
    'gpio.reason': 'why there are none',
  },
  readings: {
    epoch: OUTBOX,
    items: 'one for each value',
    'items[].sensor': 'key of the sensor',
    'items[].value': 'finite, in the sensor’s unit',
    'items[].quality': '0 to 1; absent means 1',
    'items[].kind': 'see [Sensor kinds](#sensor-kinds); absent: what the birth said, else `number`',
    'items[].unit': 'absent: what the birth said, else the kind’s own',
  },
  event: {
    epoch: OUTBOX,
    type: 'what happened: see [Event types](#event-types); the hub takes any other too',
    severity: 'absent: by the type, else `info`',
    old_state: 'before',
    new_state: 'after',
    data: 'anything else, at most 16,384 characters as JSON',
  },
  wake: { turn: 'the turn that would follow' },
  turn: {
    turn: 'minted by the device',
    phase: 'one of each',
    epoch: 'the session’s fencing number',
    format: 'the only one',
    trigger: 'what began it',
    crc32: 'see `frames`',
    reason: 'why it ended',
  },
  playback: {
    speech: 'id of the reply',
    state: 'how far it is',
    played_ms: 'ms that were heard',
  },
  ack: {
    epoch: OUTBOX,
    upto: 'by lane; a lane that is missing has nothing stored yet',
    'upto.urgent': 'seq',
    'upto.live': 'seq',
    'upto.backlog': 'seq',
    rejected: 'handled, kept by the hub, and not applied',
    'rejected[].lane': 'of the message',
    'rejected[].seq': 'of the message',
    'rejected[].code': 'see [Errors](#errors)',
    'rejected[].hint': 'what to do about it',
  },
  command: { id: 'stands in the result', name: 'one the device knows', params: 'what the command takes' },
  result: { epoch: OUTBOX, id: 'of the command', ok: 'whether it was done', value: 'what came of it' },
  desired: {
    version: 'rises with each change',
    name: 'of the device, for people',
    settings: 'by key; what is missing is as the device’s own file says',
    persona: 'id of the active persona',
  },
  reported: {
    version: 'of `desired`',
    settings: 'that are in effect',
    refused: 'that are not',
    'refused[].key': 'of the setting',
    'refused[].reason': 'why',
  },
  session: {
    session: 'id of the conversation',
    epoch: 'fencing number of the session',
    turn: 'which turn it is about',
    step: 'where it stands',
    reason: 'for a person',
    speech: 'with the step `speaking`',
    'speech.id': 'last level of its frames’ topic',
    'speech.rate': 'samples a second',
  },
  status: { status: '`error`: connected, and the reason says what is wrong', since: WALL },
  state: {
    unit: 'of the value; empty where it has none',
    quality: '0: outside what is physically possible',
    time_quality: 'see [Time](#time)',
  },
  'admin-request': {
    params: 'what the command takes',
    expires_in_ms:
      'counted from receipt; what has waited longer when its turn comes is not run and answered `expired`. 0 always is',
    confirm: 'that a dangerous command may take away what it says; see [The admin door](#the-admin-door)',
  },
  'admin-response': {
    id: 'of the request; empty when it could not be read',
    status: 'whether it was done',
    data: 'the answer',
  },
  'admin-event': { type: 'what changed', house: '`null`: all', data: 'about what' },
  'hub-info': { version: 'of the program', started: WALL },
  'hub-health': {
    state:
      '`attention`: it works, and somebody should look at what is below; `degraded`: it cannot store, or serve anybody',
    clock: 'whether the hub’s clock follows a time source',
    'problems[].code': 'see [Errors](#errors)',
    'problems[].message':
      'what is wrong, with names and numbers; absent on the topic: an administrator reads it with `hub status`',
    'problems[].hint': 'what to do about it',
  },
  'join-request': {
    code: 'from the join token',
    hardware: 'model of the machine',
    agent: 'version of the program',
  },
  'join-response': {
    ok: 'whether it joined',
    device: 'the id from now on: user name, client id and first level of its topics',
    name: 'for people',
    device_type: 'as invited',
  },
}

/** The meaning of a field, or `undefined` when nobody has written it down. `comment` stands beside its schema. */
export function meaningOf(message: MessageName, path: string, comment: string | undefined): string | undefined {
  const own = OWN[message]?.[path]
  if (own !== undefined) return own
  return path.startsWith('sent.') ? SHARED.get(path) : (comment ?? SHARED.get(path))
}
