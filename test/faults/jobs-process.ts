import { liveJobs } from './lib/jobs-life.ts'

/**
 * A house with jobs that kills itself at one moment: jobs-process.ts FOLDER URL MOMENT [KIND]. With a kind it enqueues a job
 * of it first.
 */
const [folder = '', url = '', moment = '', kind] = process.argv.slice(2)
// Timers of the clock keep no process alive.
setInterval(() => {}, 60_000)
await liveJobs({
  folder,
  url,
  ...(kind === undefined ? {} : { enqueue: kind }),
  at(reached) {
    if (reached === moment) process.kill(process.pid, 'SIGKILL')
  },
})
