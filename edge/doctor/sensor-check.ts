import { LaresError } from '../../shared/errors.ts'
import { configureSensors, sensorTables } from '../config/load.ts'
import type { SampledSource } from '../sensors/sampled-source.ts'
import type { Finding } from './findings.ts'
import { ok, problem, problemFrom } from './findings.ts'
import type { DoctorOptions } from './options.ts'

const READ_MS = 10_000

/** Reads every source once, all at the same time. */
export async function checkSensors(options: DoctorOptions): Promise<Finding[]> {
  const { config, configFile, dataFolder, machine } = options
  const sources = configureSensors(await sensorTables(config, dataFolder, machine), { machine, file: configFile })
  return await Promise.all(sources.map((sampled) => checkSource(sampled, options)))
}

async function checkSource({ source }: SampledSource, { clock }: DoctorOptions): Promise<Finding> {
  const check = `sensor ${source.name}`
  const late = Promise.withResolvers<never>()
  const over = new AbortController()
  const cancel = clock.after(READ_MS, () => {
    over.abort()
    late.reject(new LaresError('device_busy', `no answer within ${READ_MS / 1_000} s`))
  })
  try {
    const results = await Promise.race([source.read(over.signal), late.promise])
    for (const result of results) if ('error' in result) return problemFrom(check, result.error)
    if (results.length === 0) return problem(check, 'it found no sensor', 'Check the wiring, or remove its table.')
    const unit = (key: string) => source.sensors.find((sensor) => sensor.key === key)?.unit ?? ''
    const values = results.flatMap((result) =>
      'value' in result ? [`${Number(result.value.toFixed(2))} ${unit(result.sensor)}`.trim()] : [],
    )
    return ok(check, values.join(', '))
  } catch (error) {
    return problemFrom(check, error)
  } finally {
    cancel()
    source.close?.()
  }
}
