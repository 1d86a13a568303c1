import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { BrokerChange } from '../../engine/broker-change.ts'

/**
 * What stores one change of the broker's memory: persistent sessions, their queues, retained messages of others. Storing a
 * series of changes again, from any of them on, ends in the same rows.
 */
export function brokerStore(db: Database): (change: BrokerChange, now: number) => void {
  const statements = new Map<string, Statement>()
  return (change, now) => {
    store(change, now, (sql, ...values) => {
      const statement = statements.get(sql) ?? db.prepare(sql)
      statements.set(sql, statement)
      statement.run(...values)
    })
  }
}

function store(change: BrokerChange, now: number, run: (sql: string, ...values: unknown[]) => void): void {
  switch (change.kind) {
    case 'session':
      run(
        'INSERT INTO broker_sessions (client_id, began_at) VALUES (?, ?) ON CONFLICT DO NOTHING',
        change.clientId,
        now,
      )
      return
    case 'subscribe':
      run(
        'INSERT INTO broker_subscriptions (client_id, filter, qos) VALUES (?, ?, ?) ON CONFLICT (client_id, filter) DO UPDATE SET qos = excluded.qos',
        change.clientId,
        change.filter,
        change.qos,
      )
      return
    case 'unsubscribe':
      run('DELETE FROM broker_subscriptions WHERE client_id = ? AND filter = ?', change.clientId, change.filter)
      return
    case 'forget':
      for (const table of ['broker_sessions', 'broker_subscriptions', 'broker_queue', 'broker_incoming'])
        run(`DELETE FROM ${table} WHERE client_id = ?`, change.clientId)
      return
    case 'enqueue':
      run(
        'INSERT INTO broker_queue (client_id, entry, topic, payload, qos, queued_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
        change.clientId,
        change.entry,
        change.topic,
        Buffer.from(change.payload),
        change.qos,
        change.at,
      )
      return
    case 'sent':
      run(
        'UPDATE broker_queue SET packet_id = ? WHERE client_id = ? AND entry = ?',
        change.packetId,
        change.clientId,
        change.entry,
      )
      return
    case 'received':
      run('UPDATE broker_queue SET received = 1 WHERE client_id = ? AND entry = ?', change.clientId, change.entry)
      return
    case 'dequeue':
      run('DELETE FROM broker_queue WHERE client_id = ? AND entry = ?', change.clientId, change.entry)
      return
    case 'incoming':
      run(
        'INSERT INTO broker_incoming (client_id, packet_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
        change.clientId,
        change.packetId,
      )
      return
    case 'incoming-done':
      run('DELETE FROM broker_incoming WHERE client_id = ? AND packet_id = ?', change.clientId, change.packetId)
      return
    case 'retain':
      run(
        'INSERT INTO broker_retained (topic, payload, qos, stored_at) VALUES (?, ?, ?, ?) ' +
          'ON CONFLICT (topic) DO UPDATE SET payload = excluded.payload, qos = excluded.qos, stored_at = excluded.stored_at',
        change.topic,
        Buffer.from(change.payload),
        change.qos,
        now,
      )
      return
    case 'unretain':
      run('DELETE FROM broker_retained WHERE topic = ?', change.topic)
  }
}

type QoS = 0 | 1 | 2

/** The changes that rebuild the broker's memory at start. */
export function loadBrokerChanges(db: Database): BrokerChange[] {
  const rows = <T>(sql: string) => db.prepare(sql).all() as T[]
  const changes: BrokerChange[] = []
  for (const row of rows<{ client_id: string }>('SELECT client_id FROM broker_sessions ORDER BY rowid')) {
    changes.push({ kind: 'session', clientId: row.client_id })
  }
  for (const row of rows<{ client_id: string; filter: string; qos: QoS }>(
    'SELECT client_id, filter, qos FROM broker_subscriptions',
  )) {
    changes.push({ kind: 'subscribe', clientId: row.client_id, filter: row.filter, qos: row.qos })
  }
  for (const row of rows<QueueRow>('SELECT * FROM broker_queue ORDER BY entry')) {
    const { client_id: clientId, entry } = row
    changes.push({
      kind: 'enqueue',
      clientId,
      entry,
      topic: row.topic,
      payload: row.payload,
      qos: row.qos,
      at: row.queued_at,
    })
    if (row.packet_id !== null) changes.push({ kind: 'sent', clientId, entry, packetId: row.packet_id })
    if (row.received === 1) changes.push({ kind: 'received', clientId, entry })
  }
  for (const row of rows<{ client_id: string; packet_id: number }>(
    'SELECT client_id, packet_id FROM broker_incoming',
  )) {
    changes.push({ kind: 'incoming', clientId: row.client_id, packetId: row.packet_id })
  }
  for (const row of rows<{ topic: string; payload: Buffer; qos: QoS }>(
    'SELECT topic, payload, qos FROM broker_retained',
  )) {
    changes.push({ kind: 'retain', topic: row.topic, payload: row.payload, qos: row.qos })
  }
  return changes
}

interface QueueRow {
  client_id: string
  entry: number
  topic: string
  payload: Buffer
  qos: QoS
  packet_id: number | null
  received: number
  queued_at: number
}
