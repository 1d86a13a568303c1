import { liveFollowers } from './lib/followers-life.ts'

/** A house with followers that kills itself at one moment: followers-process.ts FOLDER URL READINGS MOMENT. */
const [folder = '', url = '', readings = '', moment = ''] = process.argv.slice(2)
// Timers of the clock keep no process alive.
setInterval(() => {}, 60_000)
await liveFollowers({
  folder,
  url,
  readings: Number(readings),
  at(reached) {
    if (reached === moment) process.kill(process.pid, 'SIGKILL')
  },
})
