import { MAKER_ACTS, type MakerAct, openMakers, watchWrites } from './lib/makers-life.ts'

/** A house in which something is done, and which kills itself the n-th time that it comes to a moment: makers-process.ts FOLDER ACT MOMENT N. */
const [folder = '', act = '', moment = '', nth = ''] = process.argv.slice(2)
let left = Number(nth)
let isDoing = false
const { house } = openMakers(folder, (db) =>
  watchWrites(db, (reached) => {
    if (!isDoing || reached !== moment) return
    left -= 1
    if (left === 0) process.kill(process.pid, 'SIGKILL')
  }),
)
isDoing = true
MAKER_ACTS[act as MakerAct](house)
