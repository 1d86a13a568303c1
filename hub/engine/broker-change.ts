/**
 * What changes in the broker's memory and must survive a restart: persistent sessions, their queues, retained messages.
 * Applying the changes in order to an empty memory gives the same memory again.
 */
export type BrokerChange =
  /** The client has a session, even if nothing else is in it. */
  | { kind: 'session'; clientId: string }
  | { kind: 'subscribe'; clientId: string; filter: string; qos: 0 | 1 | 2 }
  | { kind: 'unsubscribe'; clientId: string; filter: string }
  /** The session and everything in it is gone. */
  | { kind: 'forget'; clientId: string }
  /** A message for the session; `entry` is unique and ascending, `at` wall-clock milliseconds. */
  | { kind: 'enqueue'; clientId: string; entry: number; topic: string; payload: Buffer; qos: 0 | 1 | 2; at: number }
  /** The entry went out under this packet id. */
  | { kind: 'sent'; clientId: string; entry: number; packetId: number }
  /** PUBREC came for the entry: what is left to send is PUBREL. */
  | { kind: 'received'; clientId: string; entry: number }
  | { kind: 'dequeue'; clientId: string; entry: number }
  /** A QoS 2 message from the client had its effect and waits for PUBREL; `done` when that came. */
  | { kind: 'incoming'; clientId: string; packetId: number }
  | { kind: 'incoming-done'; clientId: string; packetId: number }
  | { kind: 'retain'; topic: string; payload: Buffer; qos: 0 | 1 | 2 }
  | { kind: 'unretain'; topic: string }
