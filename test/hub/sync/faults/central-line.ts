import { createServer, type Server, type Socket, connect as tcp } from 'node:net'

/** A line to central that a test can cut, or make deaf. */
export interface CentralLine {
  /** The address of central through this line. */
  url: string
  /** Both ends see the connection closed; new ones go through. */
  cut(): void
  /** New connections are refused until `mend`, and those that are open are cut. */
  break(): void
  mend(): void
  /** What central says from now on is lost; resolves when it has said something. */
  loseReply(): Promise<void>
  /** Lets so many bytes more through to central, then loses the rest; resolves there. */
  loseAfter(bytes: number): Promise<void>
  close(): Promise<void>
}

/** Opens a line to the PostgreSQL of `url`. What was lost stays lost until the connection is cut. */
export async function lineTo(url: string): Promise<CentralLine> {
  const target = new URL(url)
  const open = new Set<Socket>()
  let broken = false
  let onReply: (() => void) | null = null
  let allowance = Number.POSITIVE_INFINITY
  let onSpent: (() => void) | null = null
  const server: Server = createServer((hub) => {
    if (broken) {
      hub.destroy()
      return
    }
    const central = tcp(Number(target.port), target.hostname)
    for (const socket of [hub, central]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        open.delete(socket)
        hub.destroy()
        central.destroy()
      })
    }
    hub.on('data', (data) => {
      const passed = data.subarray(0, Math.min(allowance, data.length))
      allowance -= passed.length
      if (passed.length > 0) central.write(passed)
      if (allowance === 0) onSpent?.()
    })
    central.on('data', (data) => {
      if (onReply) onReply()
      else hub.write(data)
    })
  })
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  )
  const address = new URL(url)
  address.port = String(port)
  const line: CentralLine = {
    url: address.href,
    cut() {
      onReply = null
      onSpent = null
      allowance = Number.POSITIVE_INFINITY
      for (const socket of open) socket.destroy()
    },
    break() {
      broken = true
      line.cut()
    },
    mend() {
      broken = false
    },
    loseReply: () =>
      new Promise((resolve) => {
        onReply = resolve
      }),
    loseAfter: (bytes) =>
      new Promise((resolve) => {
        allowance = bytes
        onSpent = resolve
      }),
    close() {
      line.cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return line
}
