/** Requests that a thread of libuv's pool works on, as Node names them: files, and names that are looked up. */
const IN_A_POOL_THREAD = /^(FSReq|GetAddrInfoReq|GetNameInfoReq)/

/**
 * Ends this process now. `process.exit` waits for every thread, and a thread cannot be ended while SQLite works in it
 * (a check of a large database takes minutes) or while it waits for the kernel (a device file that hangs, a name server
 * that is away). Then the process becomes a shell that ends with the code: the kernel ends the threads of a process that
 * becomes another one, and whoever started it still sees an orderly end.
 *
 * `threads`: whether a thread was given up. Call it when everything that matters is on the disk.
 */
export function endProcess(code: number, { threads }: { threads: boolean }): never {
  if (threads || process.getActiveResourcesInfo().some((kind) => IN_A_POOL_THREAD.test(kind))) {
    try {
      process.execve?.('/bin/sh', ['sh', '-c', 'exit "$1"', 'sh', String(code)], {})
    } catch {
      // There is no shell: the code is lost, and the process ends all the same.
    }
    process.kill(process.pid, 'SIGKILL')
  }
  process.exit(code)
}
