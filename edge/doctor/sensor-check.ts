import { cleanText } from '../../shared/clean-text.ts'
import type { Cancel } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import { configureSensors, sensorTables } from '../config/load-settings.ts'
import type { SampledSource } from '../sensors/sampled-source.ts'
import type { SensorResult, SensorSource } from '../sensors/source.ts'
import type { Finding } from './findings.ts'
import { ok, problemFrom } from './findings.ts'
import type { DoctorOptions } from './options.ts'

/** How long one result may take where the source does not know better. */
const STEP_MS = 10_000

/** Reads every source once, all at the same time. */
export async function checkSensors(options: DoctorOptions): Promise<Finding[]> {
  const { config, configFile, dataFolder, machine } = options
  const tables = await sensorTables(config, dataFolder, machine)
  const { sources, faults } = configureSensors(tables, { machine, file: configFile })
  const wrong = faults.map(({ part, error }) => problemFrom(part, error))
  return [...wrong, ...(await Promise.all(sources.map((sampled) => checkSource(sampled, options)))).flat()]
}

async function checkSource({ source, table }: SampledSource, { clock }: DoctorOptions): Promise<Finding[]> {
  const check = cleanText(`sensor ${table ?? source.name}`)
  const { stepMs = STEP_MS } = source
  const late = Promise.withResolvers<never>()
  const over = new AbortController()
  const results: SensorResult[] = []
  let cancel: Cancel = () => {}
  const waitForNext = () => {
    cancel()
    cancel = clock.after(stepMs, () =>
      late.reject(new LaresError('device_busy', `no answer within ${stepMs / 1_000} s`)),
    )
  }
  try {
    waitForNext()
    const reading = source.read(over.signal, (result) => {
      waitForNext()
      results.push(result)
    })
    await Promise.race([reading, late.promise])
    return verdicts(check, source, results)
  } catch (error) {
    return [...verdicts(check, source, results), problemFrom(check, error)]
  } finally {
    cancel()
    over.abort()
    source.close?.()
  }
}

/** What was measured, and each sensor that failed by its own name: one must not hide the others. */
function verdicts(check: string, { sensors }: SensorSource, results: readonly SensorResult[]): Finding[] {
  const unit = (key: string) => sensors.find((sensor) => sensor.key === key)?.unit ?? ''
  const values = results.flatMap((result) =>
    'value' in result ? [`${Number(result.value.toFixed(2))} ${unit(result.sensor)}`.trim()] : [],
  )
  const faults = results.flatMap((result) =>
    'error' in result ? [problemFrom(`sensor ${result.sensor}`, result.error)] : [],
  )
  return values.length === 0 ? faults : [ok(check, values.join(', ')), ...faults]
}
