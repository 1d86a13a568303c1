/**
 * Every bound of the protocol in one place, each with its reason. Both ends check the same numbers:
 * the agent before a row enters its outbox, the hub before a byte is kept.
 */

const KiB = 1024
const MiB = 1024 * KiB

/** What one MQTT message may weigh, payload only. */
export const MESSAGE_BYTES = {
  /** Readings, events, heartbeats, every JSON message of a device. */
  json: 64 * KiB,
  /** A birth: as many sensors as a device may have, each with texts as long as they may be, in any script. */
  birth: 256 * KiB,
  /** One audio frame: 24 bytes of header and at most 120 ms of 16 kHz mono s16le. */
  audio: 24 + 3_840,
  /** Admin requests and responses; larger answers are paged. */
  admin: 1 * MiB,
} as const

/** Levels of objects and lists in one message. Ours have five; SQLite's own functions end at a thousand. */
export const JSON_DEPTH = 32

/** What the broker's gate lets through, whole packets. */
export const PACKET_BYTES = {
  /** Before CONNECT is accepted. A CONNECT of ours has 400 bytes. */
  beforeConnect: 8 * KiB,
  /** After CONNECT: the largest message and its topic. */
  afterConnect: 1 * MiB + 1 * KiB,
} as const

export const TOPIC_BYTES = 512
export const TOPIC_LEVELS = 12
export const FILTERS_PER_CLIENT = 64
export const CONNECT_TIMEOUT_MS = 5_000
/** A reader that does not take its bytes for this long is closed: it would hold up everybody else. */
export const DRAIN_TIMEOUT_MS = 3_000
export const CONNECTIONS_TOTAL = 2_000
/** Enough for a house behind one address translator or proxy, too few to exhaust the hub. */
export const CONNECTIONS_PER_ADDRESS = 500
/**
 * Connections that have not shown who they are, before and during the TLS handshake included. Beyond it the one that has
 * waited longest gives way, first one of the address that has most: whoever has something to say takes less than a second.
 */
export const ARRIVING = { total: 500, perAddress: 200 } as const
/** What one principal (a device, a user with all tokens, a joiner, the local socket) may take of what all share. */
export const PER_PRINCIPAL = {
  connections: 64,
  /** Persistent sessions; the one that was away for longest goes first. */
  sessions: 32,
  /** Bytes of all its offline queues. */
  queueBytes: 16 * MiB,
  /** Questions that wait for the reader; those of different principals take turns. */
  questions: 16,
  /** Epochs whose positions are remembered, the newest; a device makes one with each new store. */
  epochs: 16,
} as const
/** What a device sends in a second before its reads are paused. */
export const MESSAGES_PER_SECOND = 50_000
export const INFLIGHT_PER_CLIENT = 1_000
/** Queue of a client with a persistent session while it is away: oldest QoS 0 goes first, then oldest. */
export const OFFLINE_QUEUE = { messages: 1_000, bytes: 5 * MiB, ageMs: 3_600_000 } as const
export const RETAINED_TOPICS = 10_000

/** What a person may call a device, in UTF-16 units. */
export const DEVICE_NAME_LENGTH = 255
/** Sensors that a device has at one time. */
export const SENSORS_PER_DEVICE = 256
/** Sensors that a device has and had: those that left keep their place and their history. */
export const SENSORS_KEPT_PER_DEVICE = 4_096
/** Entities of a device that bridges or connections know of, those that left included. A bridge is often one device. */
export const ENTITIES_PER_DEVICE = 8_192
/** Alarms of a device that are remembered, open or ended. */
export const ALARMS_PER_DEVICE = 512
export const ITEMS_PER_MESSAGE = 500
/** Rejected messages kept per device; beyond that they are only counted. */
export const REJECTED_PER_DEVICE = { rows: 1_000, bytes: 5 * MiB } as const
/** Raw bytes kept of one rejected message. */
export const REJECTED_RAW_BYTES = 4 * KiB

/** Commands to devices, in milliseconds where it is a time. */
export const COMMANDS = {
  /** On their way to one device. */
  perDevice: 100,
  /** A switch that comes later than this surprises whoever stands beside it. */
  switchMs: 10_000,
  othersMs: 60_000,
  longestMs: 7 * 86_400_000,
  /** How long after its time the answer of a command that was sent is waited for. */
  graceMs: 5_000,
} as const

/** What a device says of its log when it is asked: one message. Lines are cut to so many UTF-16 units. */
export const DEVICE_LOG = { lines: 300, characters: 2_000, bytes: 48 * KiB } as const

/** A reading that came later than this after it was measured is shown as one that came late. */
export const LATE_READING_MS = 120_000

/** Devices of other makers. */
export const MAKER_LIMITS = {
  /** Of one source, that nobody decided on. */
  undecided: 2_000,
  /** Of the entities of one device. */
  announcedBytes: 256 * KiB,
  /** Of one device. */
  identities: 32,
  /** Of one device, between two changes of whether it can be reached. */
  reachMs: 1_000,
} as const

/** Bridges that log in at the hub's own broker. */
export const BRIDGES = {
  most: 16,
  /** Zigbee2MQTT says all of its devices in one packet, some thousand bytes each. */
  packetBytes: 4 * MiB,
  /** Every Tasmota and ESPHome of a house may have the same login. */
  connections: 500,
  /** Of one client. */
  filters: 256,
  /** What one may retain, in memory. */
  retained: { topics: 4_000, bytes: 8 * MiB },
  /** Topics beside its prefix. */
  topics: 32,
} as const

/** Filters by which the hub listens to a bridge: one for each topic of each device that it speaks for. */
export const HEARD_FILTERS = 20_000

/** Durable jobs: of one kind, that wait, have failed or ended otherwise; what one is told; what is remembered of a failure. */
export const JOBS = {
  waiting: 10_000,
  waitingBytes: 32 * MiB,
  failed: 1_000,
  ended: 1_000,
  payloadBytes: 64 * KiB,
  keyLength: 255,
  errorLength: 500,
} as const

/** Followers of append tables: of one batch, its bytes and the rows looked at for it; gaps and errors that are remembered. */
export const FOLLOWING = { pageBytes: MiB, looks: 5_000, gaps: 100, errorLength: 500 } as const

/** 16 kHz, mono, signed 16-bit little-endian: what speech recognition wants and nothing more. */
export const AUDIO = { rate: 16_000, bytesPerSample: 2, frameMs: 40, frameSamples: 640 } as const
export const TURN_MAX_MS = 600_000
/** How long a late frame is waited for before the gap becomes silence. */
export const REORDER_WINDOW_MS = 120
/** A turn without frames and without an end is closed after this. */
export const TURN_SILENT_MS = 10_000
export const CLIPS = { bytes: 1024 * MiB, ageMs: 7 * 86_400_000 } as const

/** Joining: a code is good once, for this long, and burns after this many wrong secrets or tries. */
export const INVITATION = { ageMs: 600_000, tries: 5 } as const

/** Browsers that somebody is logged in with: without use, at all, and of one person; beyond it the one that was not used for longest is logged out. */
export const WEB_SESSIONS = { idleMs: 14 * 86_400_000, ageMs: 90 * 86_400_000, perUser: 50 } as const

/** Links by which an owner's account is made: good once, for this long, and worthless after so many wrong codes. */
export const SETUP_CODE = { ageMs: 3_600_000, tries: 5 } as const

/** Links to bytes that commands hand out: until they are used, as long as a recording is played, of one principal and of all. */
export const TICKETS = { ageMs: 60_000, playingMs: 600_000, perPrincipal: 32, most: 1_000 } as const

/** The agent's outbox. 200 MiB hold a week of 40 readings a second. */
export const OUTBOX = { bytes: 200 * MiB, rows: 2_000_000, ageMs: 30 * 86_400_000 } as const
/** A row present at this many disconnects in a row is set aside and reported instead of sent for ever. */
export const POISON_DISCONNECTS = 3
/** Messages the agent has in flight without an ack. */
export const AGENT_WINDOW = 50

/** An event that is no alarm is passed on at most this long after it happened: what is older presses no button again. */
export const EVENT_FRESH_MS = 60_000

export const HEARTBEAT_MS = 30_000
/** An agent that is connected and says nothing for this long has the status `error`, reason `silent`. */
export const SILENT_DEVICE_MS = 120_000
/** Latest values, last_seen and the like are written this often: each of them is a page. */
export const VOLATILE_FLUSH_MS = 120_000
/** A clock that is set to the right time may step back this far, and what is stored is not of the future yet. */
export const CLOCK_STEP_MS = 60_000
/** `state/<entity>` is published at most this often for one entity. */
export const STATE_PUBLISH_MS = 1_000
/** Answers to changing commands are remembered this long. */
export const REQUEST_MEMORY_MS = 86_400_000
export const QUERY_MAX_MS = 10_000
export const PAGE_BYTES = 1 * MiB
