import { request } from 'node:https'
import mqtt, { type MqttClient } from 'mqtt'

/** Logs in as the page does, and resolves with the cookie. */
export function logIn(port: number, account: { email: string; password: string }): Promise<string> {
  const body = JSON.stringify(account)
  return new Promise((resolve, reject) => {
    const asked = request({
      ...{ host: '127.0.0.1', port, path: '/login', method: 'POST', rejectUnauthorized: false },
      headers: {
        origin: `https://127.0.0.1:${port}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    })
    asked.on('error', reject)
    asked.on('response', (response) => {
      response.resume()
      const cookie = response.headers['set-cookie']?.[0]?.split(';')[0]
      if (response.statusCode === 200 && cookie !== undefined) resolve(cookie)
      else reject(new Error(`the hub let nobody in: ${response.statusCode}`))
    })
    asked.end(body)
  })
}

/** One open page: it hears what a page hears, and can ask what a page asks. */
export class PageSession {
  #client: MqttClient
  #id: string
  #waiting = new Map<string, (answer: { error?: { message: string } }) => void>()
  #requests = 0

  private constructor(client: MqttClient, id: string) {
    this.#client = client
    this.#id = id
  }

  static async open(port: number, cookie: string, name: string): Promise<PageSession> {
    const client = await mqtt.connectAsync(`wss://127.0.0.1:${port}/mqtt`, {
      ...{ clientId: name, protocolVersion: 4, clean: true, rejectUnauthorized: false },
      wsOptions: { headers: { cookie }, origin: `https://127.0.0.1:${port}` },
    })
    const page = new PageSession(client, name)
    client.on('message', (topic, payload) => {
      if (!topic.startsWith('lares/admin/response/')) return
      const answer = JSON.parse(payload.toString()) as { id: string; error?: { message: string } }
      page.#waiting.get(answer.id)?.(answer)
      page.#waiting.delete(answer.id)
    })
    const heard = [`admin/response/${name}/#`, 'hub/+', '+/status', '+/state/#', '+/event']
    await client.subscribeAsync(
      heard.map((filter) => `lares/${filter}`),
      { qos: 0 },
    )
    return page
  }

  /** Resolves with how long it took, milliseconds, from the question to the answer that was read. */
  async ask(command: string, params: object, now: () => number): Promise<number> {
    this.#requests += 1
    const id = `${this.#id}-${this.#requests}`
    const began = now()
    const answer = await new Promise<{ error?: { message: string } }>((resolve) => {
      this.#waiting.set(id, resolve)
      this.#client.publish(`lares/admin/request/${command}`, JSON.stringify({ id, params }), { qos: 0 })
    })
    if (answer.error) throw new Error(`${command}: ${answer.error.message}`)
    return now() - began
  }

  close(): Promise<void> {
    return this.#client.endAsync(true)
  }
}
