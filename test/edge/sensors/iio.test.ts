import { describe, expect, it } from 'vitest'
import { configureSource } from '../../../edge/sensors/configure.ts'
import { fakeTree } from '../health/fake-tree.ts'
import { readAll } from './read-all.ts'

function chip(files: Record<string, string>, folder = 'iio:device0') {
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [`/sys/bus/iio/devices/${folder}/${name}`, `${text}\n`]),
  )
}

function open(files: Record<string, string>, settings: Record<string, unknown> = {}) {
  return configureSource('air', { driver: 'iio', ...settings }, fakeTree({ files }).machine).source
}

describe('a chip with a kernel driver', () => {
  it("turns the kernel's units into ours: milli degrees, milli percent, kilopascal, millivolts", async () => {
    const source = open({
      ...chip({
        name: 'all',
        in_temp_input: '-1250',
        in_humidityrelative_input: '45123',
        in_pressure_input: '101.325',
        in_illuminance_input: '320.5',
        in_voltage0_input: '3300',
        in_current0_input: '250',
        in_power0_input: '1500',
        in_concentration_co2_input: '0.0415',
      }),
    })
    const values = Object.fromEntries((await readAll(source)).map((r) => [r.sensor, 'value' in r && r.value]))
    expect(values).toEqual({
      air_temperature: -1.25,
      air_humidity: expect.closeTo(45.123),
      air_pressure: expect.closeTo(1013.25),
      air_illuminance: 320.5,
      air_voltage0: expect.closeTo(3.3),
      air_current0: 0.25,
      air_power0: 1.5,
      air_carbon_dioxide: expect.closeTo(415),
    })
  })

  it('works a raw value out from offset and scale, its own or that of all channels', async () => {
    const source = open(
      chip({
        name: 'ads1115',
        in_temp_raw: '2000',
        in_temp_offset: '-512',
        in_temp_scale: '12.5',
        in_voltage3_raw: '1650',
        in_voltage_scale: '2',
        in_voltage4_raw: '1650',
        in_voltage4_scale: '0.5',
        'in_voltage0-voltage1_raw': '5',
      }),
    )
    expect(await readAll(source)).toEqual([
      { sensor: 'air_temperature', value: expect.closeTo(18.6) },
      { sensor: 'air_voltage3', value: expect.closeTo(3.3) },
      { sensor: 'air_voltage4', value: expect.closeTo(0.825) },
    ])
  })

  it('tells two channels of a kind apart by what the kernel calls them', async () => {
    const source = open(
      chip({
        name: 'mlx90614',
        in_temp_ambient_raw: '14000',
        in_temp_object_raw: '15000',
        in_temp_scale: '20',
        in_temp_offset: '-13657.5',
      }),
    )
    await readAll(source)
    expect(source.sensors.map(({ key, name }) => [key, name])).toEqual([
      ['air_temperature_ambient', 'mlx90614 temperature ambient'],
      ['air_temperature_object', 'mlx90614 temperature object'],
    ])
  })

  it('notices a chip that was replaced by another with as many channels', async () => {
    const tree = fakeTree({ files: chip({ name: 'bme280', in_temp_input: '1000', in_pressure_input: '101' }) })
    const { source } = configureSource('air', { driver: 'iio' }, tree.machine)
    await readAll(source)
    tree.remove('/sys/bus/iio/devices/iio:device0')
    for (const [path, text] of Object.entries(
      chip({ name: 'sht31', in_temp_input: '1000', in_humidityrelative_input: '40000' }),
    ))
      tree.write(path, text)
    await readAll(source)
    expect(source.sensors.map(({ key, name }) => [key, name])).toEqual([
      ['air_humidity', 'sht31 humidity'],
      ['air_temperature', 'sht31 temperature'],
    ])
  })

  it('gives the other channels when one cannot be read', async () => {
    const source = open(chip({ name: 'dht11', in_temp_input: '', in_humidityrelative_input: '40000' }))
    expect(await readAll(source)).toMatchObject([
      { sensor: 'air_humidity', value: 40 },
      { sensor: 'air_temperature', error: { code: 'bad_value' } },
    ])
  })

  it('wants a name when there are two chips, and lists them when none fits', async () => {
    const two = { ...chip({ name: 'bme280', in_temp_input: '1000' }), ...chip({ name: 'bh1750' }, 'iio:device1') }
    await expect(readAll(open(two))).rejects.toMatchObject({
      code: 'bad_config',
      hint: expect.stringContaining('bme280 (iio:device0), bh1750 (iio:device1)'),
    })
    expect(await readAll(open(two, { device: 'bme280' }))).toHaveLength(1)
    expect(await readAll(open(two, { device: 'iio:device0' }))).toHaveLength(1)
    await expect(readAll(open(two, { device: 'sht31' }))).rejects.toMatchObject({ code: 'device_missing' })
    await expect(readAll(open(two, { device: 'bh1750' }))).rejects.toThrow('bh1750 measures nothing')
  })
})
