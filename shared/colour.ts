/** A colour without its brightness: hue in degrees from 0 to 360, saturation in percent. */
export interface Colour {
  hue: number
  saturation: number
}

/** How far apart two are that are the same to the eye, in percent of the saturation: lamps have colours of their own, and round them. */
const NEAR = 15

/** sRGB, 0 to 255 each, at any brightness; `null`: it is black, or no colour. */
export function colourOfRgb(red: number, green: number, blue: number): Colour | null {
  const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)]
  if (!(most > 0 && least >= 0) || !Number.isFinite(most)) return null
  const range = most - least
  if (range === 0) return { hue: 0, saturation: 0 }
  const sixth =
    most === red ? (green - blue) / range : most === green ? 2 + (blue - red) / range : 4 + (red - green) / range
  return { hue: Math.round(sixth * 60 + 360) % 360, saturation: Math.round((range / most) * 100) }
}

/** The same at its brightest. */
export function rgbOf({ hue, saturation }: Colour): [red: number, green: number, blue: number] {
  const part = (from: number) => {
    const at = (from + hue / 60) % 6
    return Math.round(255 * (1 - (saturation / 100) * Math.max(0, Math.min(at, 4 - at, 1))))
  }
  return [part(5), part(3), part(1)]
}

/** From a place in the CIE 1931 diagram, by the matrix of sRGB with D65 (IEC 61966-2-1); `null`: it is none. */
export function colourOfXy(x: number, y: number): Colour | null {
  if (!(x >= 0 && y > 0 && x + y <= 1.001)) return null
  const [bigX, bigZ] = [x / y, (1 - x - y) / y]
  const linear = [
    3.2406 * bigX - 1.5372 - 0.4986 * bigZ,
    -0.9689 * bigX + 1.8758 + 0.0415 * bigZ,
    0.0557 * bigX - 0.204 + 1.057 * bigZ,
  ].map((one) => Math.max(0, one))
  const most = Math.max(...linear)
  const [red = 0, green = 0, blue = 0] = linear.map((one) => 255 * gamma(one / most))
  return colourOfRgb(red, green, blue)
}

/** Where it stands in the CIE 1931 diagram. */
export function xyOf(colour: Colour): [x: number, y: number] {
  const [red = 0, green = 0, blue = 0] = rgbOf(colour).map((one) => linear(one / 255))
  const bigX = 0.4124 * red + 0.3576 * green + 0.1805 * blue
  const bigY = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  const sum = bigX + bigY + 0.0193 * red + 0.1192 * green + 0.9505 * blue
  return [rounded(bigX / sum), rounded(bigY / sum)]
}

/** Whether two are the same for whoever looks at them. */
export function isSameColour(one: Colour, other: Colour): boolean {
  return colourDistance(one, other) <= NEAR
}

/** How far apart they are on the wheel of colours, whose edge is 100 from its middle: there all hues are white. */
export function colourDistance(one: Colour, other: Colour): number {
  const [a, b] = [one, other].map(({ hue, saturation }) => {
    const angle = (hue * Math.PI) / 180
    return { x: saturation * Math.cos(angle), y: saturation * Math.sin(angle) }
  }) as [{ x: number; y: number }, { x: number; y: number }]
  return Math.hypot(a.x - b.x, a.y - b.y)
}

function gamma(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055
}

function linear(gammaed: number): number {
  return gammaed <= 0.04045 ? gammaed / 12.92 : ((gammaed + 0.055) / 1.055) ** 2.4
}

function rounded(number: number): number {
  return Math.round(number * 10_000) / 10_000
}
