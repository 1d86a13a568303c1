import { liveCommands } from './lib/commands-life.ts'

/** A house and a device that kill themselves at one moment: commands-process.ts FOLDER MOMENT [give]. */
const [folder = '', moment = '', give] = process.argv.slice(2)
await liveCommands({
  folder,
  give: give !== undefined,
  at(reached) {
    if (reached === moment) process.kill(process.pid, 'SIGKILL')
  },
})
