import type { ChildProcess } from 'node:child_process'
import type { Clock } from '../../shared/clock.ts'

/**
 * Ends a child for certain: SIGCONT first, because a stopped process keeps SIGTERM pending and the microphone with it;
 * then SIGTERM, and SIGKILL after `graceMs`. Resolves when it is gone; a child that never started is gone already.
 * One that the kernel cannot end (a USB driver that hangs) is given up after another `graceMs`.
 */
export function endChild(child: ChildProcess, clock: Clock, graceMs: number): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const finish = () => {
      cancel()
      resolve()
    }
    let cancel = clock.after(graceMs, () => {
      child.kill('SIGKILL')
      cancel = clock.after(graceMs, finish)
    })
    child.once('exit', finish)
    child.kill('SIGCONT')
    child.kill('SIGTERM')
  })
}
