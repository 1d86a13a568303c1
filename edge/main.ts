import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { systemClock } from '../shared/clock.ts'
import { endProcess } from '../shared/end-process.ts'
import { inherited } from '../shared/environment.ts'
import { EXIT, exitCodeOf, lastWords } from '../shared/exit-code.ts'
import { createLog } from '../shared/log.ts'
import { makeFolder } from '../shared/make-folder.ts'
import { runProgram } from '../shared/run-program.ts'
import { programVersion } from '../shared/version.ts'
import { bootClock } from './boot-clock.ts'
import { clashingSensors, configureOutputs, outputLines } from './config/configure-outputs.ts'
import type { LoadedConfig, SurveyedConfig } from './config/load-settings.ts'
import { configureSensors, loadConfig, sensorTables, surveyConfig } from './config/load-settings.ts'
import { edgeExample } from './config/reference.ts'
import { sensorKeyLines } from './config/sensor-keys.ts'
import { askLogLevel } from './control/log-level-command.ts'
import { AGENT_PART } from './control/log-levels.ts'
import { askPress } from './control/press-command.ts'
import { defaultDataFolder } from './data-folder.ts'
import { examine } from './doctor/examine.ts'
import { formatFindings } from './doctor/findings.ts'
import type { DoctorOptions } from './doctor/options.ts'
import { readBootId, readHardwareModel } from './health/hardware.ts'
import { systemMachine } from './health/machine.ts'
import { readDeviceIdentity } from './link/device-identity.ts'
import { joinHub } from './link/join.ts'
import type { EdgeOptions } from './options.ts'
import { edgeOptions } from './options.ts'
import { EDGE_PROGRAM } from './program.ts'
import { runAgent } from './run.ts'
import { describeStatus, formatStatus, runningWord } from './status/show-status.ts'
import { askedFolders, isOf, readStatuses } from './status/status-file.ts'

/** `lares edge …`. Returns the exit code; what a person asked for goes to standard output, faults to standard error. */
export function runEdge(argv: string[], env: NodeJS.ProcessEnv = inherited()): Promise<number> {
  return runProgram(EDGE_PROGRAM, argv, { run: (call) => runVerb(edgeOptions(call), env) })
}

/** Which agent a person means. */
interface Asked {
  dataFolder: string
  /** Where it may have left word, and answers. */
  folders: readonly string[]
  env: NodeJS.ProcessEnv
}

async function runVerb(options: EdgeOptions, env: NodeJS.ProcessEnv): Promise<number> {
  if (options.verb === 'config' && options.example) {
    process.stdout.write(edgeExample())
    return 0
  }
  const where = { ...(options.config === null ? {} : { file: options.config }), env }
  if (options.verb === 'config') return await checkConfig(options, surveyConfig(where), env)
  const loaded = loadConfig(where)
  const { named, dataFolder } = dataFolderOf(options, loaded, env)
  const asked = { dataFolder, folders: askedFolders(env, { dataFolder, isNamed: named !== undefined }), env }
  switch (options.verb) {
    case 'join':
      return await join(options, loaded, dataFolder)
    case 'run':
      return await run(loaded, dataFolder, env)
    case 'doctor':
      return await doctor(options, loaded, asked)
    case 'log-level':
      return await logLevel(options, asked.folders)
    case 'press':
      process.stdout.write(await askPress(asked.folders, options.button ?? ''))
      return EXIT.ok
    case 'status':
      return status(options, asked)
  }
}

function dataFolderOf({ data }: EdgeOptions, { config }: LoadedConfig, env: NodeJS.ProcessEnv) {
  const named = data ?? config.agent.data
  return { named, dataFolder: resolve(named ?? defaultDataFolder(env)) }
}

/** Everything that is wrong is told here at once, that of sensors too, and ends as one fault that is thrown does. */
async function checkConfig(options: EdgeOptions, surveyed: SurveyedConfig, env: NodeJS.ProcessEnv): Promise<number> {
  const { config, file, fatal, faults } = surveyed
  const machine = systemMachine()
  const tables = await sensorTables(config, dataFolderOf(options, surveyed, env).dataFolder, machine)
  const sensors = configureSensors(tables, { machine, file })
  const outputs = configureOutputs(config, file)
  const clashes = clashingSensors(sensors.sources, outputs.plans)
  const all = [...fatal, ...faults, ...sensors.faults, ...outputs.faults, ...clashes]
  for (const { error } of all) process.stderr.write(lastWords(error, options.json ? ['--json'] : []))
  if (all[0]) return exitCodeOf(all[0].error)
  const verdict =
    file === null ? 'there is no file, so everything has its default' : `${file}: nothing is wrong with it`
  process.stdout.write(`${[verdict, ...sensorKeyLines(sensors.sources), ...outputLines(outputs.plans)].join('\n')}\n`)
  return EXIT.ok
}

async function join(options: EdgeOptions, { config }: LoadedConfig, dataFolder: string): Promise<number> {
  const name = options.name ?? config.agent.name
  makeFolder(dataFolder, 0o700)
  const identity = await joinHub(options.token ?? '', {
    dataFolder,
    clock: systemClock,
    agent: programVersion(),
    hardware: await readHardwareModel(systemMachine()),
    again: options.again,
    ...(name === undefined ? {} : { name }),
    ...(config.hub.base === undefined ? {} : { base: config.hub.base }),
  })
  process.stdout.write(`Welcome, ${identity.name}. This device is ${identity.device}.\n`)
  process.stdout.write('A running agent connects by itself; otherwise start it: lares edge run\n')
  return 0
}

async function run(
  { config, file, faults }: LoadedConfig,
  dataFolder: string,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const clock = bootClock()
  const log = createLog(config.agent.log_level, undefined, AGENT_PART)
  for (const { part, error } of faults)
    log.error({ part, error: error.message, hint: error.hint }, 'a part of the configuration is left out')
  const machine = systemMachine({ clock, log: log.part('machine') })
  const code = await runAgent({
    configFaults: faults,
    dataFolder,
    config,
    configFile: file,
    env,
    clock,
    machine,
    log,
    // Where the kernel gives none, times of an earlier run cannot be compared, which a fresh id says.
    boot: (await readBootId(machine)) ?? randomUUID(),
    version: programVersion(),
  })
  // A device file that hangs keeps a thread for ever; it must not keep the process.
  return endProcess(code, { threads: false })
}

async function doctor(
  { json, data, config: configFile }: EdgeOptions,
  { config, file, faults }: LoadedConfig,
  { dataFolder, folders, env }: Asked,
): Promise<number> {
  const clock = bootClock()
  const asked = { data, config: configFile }
  const options: DoctorOptions = {
    faults,
    dataFolder,
    config,
    configFile: file,
    clock,
    machine: systemMachine({ clock }),
    status: runningWord(readStatuses(folders), clock),
    env,
  }
  const findings = await examine(options, { isRoot: process.getuid?.() === 0, asked })
  process.stdout.write(json ? `${JSON.stringify(findings, null, 2)}\n` : `${formatFindings(findings)}\n`)
  // A file that hangs keeps a thread for ever; it must not keep the process.
  return endProcess(findings.some(({ state }) => state === 'problem') ? 1 : 0, { threads: false })
}

async function logLevel({ part, level, minutes, json }: EdgeOptions, folders: readonly string[]): Promise<number> {
  const wanted = {
    ...(part === null ? {} : { part }),
    ...(level === null ? {} : { level }),
    ...(minutes === null ? {} : { minutes }),
  }
  process.stdout.write(await askLogLevel(folders, { ...wanted, json }))
  return EXIT.ok
}

function status({ json }: EdgeOptions, { dataFolder, folders }: Asked): number {
  const word = runningWord(readStatuses(folders), systemClock)
  const identity = word === null || isOf(word, dataFolder) ? readDeviceIdentity(dataFolder) : null
  const shown = describeStatus(identity, word, systemClock)
  process.stdout.write(json ? `${JSON.stringify(shown, null, 2)}\n` : `${formatStatus(shown)}\n`)
  return shown.running ? 0 : 1
}
