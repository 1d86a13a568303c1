import { START } from '../../hub/engine/engine-in-memory.ts'

/** Devices whose outboxes go on from life to life. */
export const SENDERS: readonly string[] = ['attic-esp', 'garden-esp', 'hall-esp']
export const LANES = ['urgent', 'live', 'backlog'] as const
export type Lane = (typeof LANES)[number]

/** One lane of one device. */
export interface Sender {
  device: string
  lane: Lane
}

/** Devices that come in one life, the n-th, and are erased in it. */
export const guest = (life: number): Sender => ({ device: `guest-${life}`, lane: 'live' })
/** How many messages a guest sends: of the first ones some are indexed when it is erased, of the others none. */
export const OF_GUEST = { first: 12, all: 14 } as const

const MESSAGES_OF_SENDER = 1_000_000
const ITEMS_OF_MESSAGE = 1_000
const ITEMS_OF_OUTBOX = { urgent: 1, live: 4, backlog: 400 } as const
const DAY = 86_400_000

function isGuest({ device }: Sender): boolean {
  return device.startsWith('guest-')
}

/**
 * Of messages that have no readings: they are events, and the books alone say that they came. There are so few that most batches
 * leave the books as they are.
 */
export const isEvent = ({ lane }: Sender, seq: number) => lane === 'urgent' && seq % 8 === 0

/** How many readings a message has. */
export function itemsOf(sender: Sender, seq: number): number {
  if (isGuest(sender)) return 400
  return isEvent(sender, seq) ? 0 : ITEMS_OF_OUTBOX[sender.lane]
}

/** What numbers all messages of a house: values of readings are it and the place in the message, so each is there once. */
export function numberOf(sender: Sender, seq: number): number {
  const { device, lane } = sender
  const place = isGuest(sender)
    ? SENDERS.length * LANES.length + Number(device.slice('guest-'.length))
    : SENDERS.indexOf(device) * LANES.length + LANES.indexOf(lane)
  return place * MESSAGES_OF_SENDER + seq
}

/** SQL of the number of the message that brought a reading. */
export const NUMBER_OF_READING = `CAST(value / ${ITEMS_OF_MESSAGE} AS INTEGER)`

/** A message as a device sends it, always the same for the same number. What comes as backlog is past its time. */
export function sentMessage(sender: Sender, seq: number): readonly [topic: string, payload: unknown] {
  const { device, lane } = sender
  const identity = { epoch: 'e1', lane, seq }
  if (isEvent(sender, seq)) return [`lares/${device}/event`, { ...identity, type: 'noted' }]
  const first = numberOf(sender, seq) * ITEMS_OF_MESSAGE
  // Of one device old readings and new ones are of the same sensors; of the others nothing is left of a sensor.
  const sensor = lane === 'backlog' && device !== SENDERS[0] ? 'old' : 's'
  const items = Array.from({ length: itemsOf(sender, seq) }, (_, index) => ({
    sensor: `${sensor}${index % 2}`,
    kind: 'number',
    value: first + index,
    ...(lane === 'backlog' && { at: START - 60 * DAY + seq * 10_000 + index }),
  }))
  return [`lares/${device}/readings`, { ...identity, items }]
}
