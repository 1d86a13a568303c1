import { EventEmitter } from 'node:events'
import type { SupervisedWorker } from '../../shared/supervisor.ts'

/** A worker that does what the test says. */
export class FakeWorker<To, From> extends EventEmitter implements SupervisedWorker<To, From> {
  posted: To[] = []
  terminated = false

  postMessage(message: To): void {
    this.posted.push(message)
  }

  async terminate(): Promise<unknown> {
    this.terminated = true
    return 1
  }

  says(message: From): void {
    this.emit('message', message)
  }

  dies(): void {
    this.emit('exit', 1)
  }
}
