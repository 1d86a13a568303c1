import { lookup } from 'node:dns/promises'
import { bootClock } from '../../edge/boot-clock.ts'
import { loadConfig } from '../../edge/config/load-settings.ts'
import { systemMachine } from '../../edge/health/machine.ts'
import { runAgent } from '../../edge/run.ts'
import { endProcess } from '../../shared/end-process.ts'
import { createLog } from '../../shared/log.ts'

/** The agent on a machine whose /sys is below a folder, as `lares edge run` puts it together. */
const [dataFolder = '', file = '', root = ''] = process.argv.slice(2)
const clock = bootClock()
const { config } = loadConfig({ file, env: {} })
const log = createLog('debug')
const machine = systemMachine({ clock, root, log })
// A name that is looked up needs a thread of the same pool.
setInterval(() => void lookup('localhost').then(() => process.stdout.write('a name was looked up\n')), 500).unref()
const held = () => process.getActiveResourcesInfo().filter((kind) => kind.startsWith('FSReq')).length
setInterval(() => process.stdout.write(`threads held by files: ${held()}\n`), 100).unref()
const code = await runAgent({
  ...{ dataFolder, config, configFile: file, env: {}, clock, machine, log, boot: 'test', version: '0' },
})
endProcess(code, { threads: false })
