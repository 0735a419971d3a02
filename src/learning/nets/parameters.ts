// How nets get their parameters: new ones with random numbers, or given ones found by name.
import { BanyanError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { type Shape, sameShape, shapeText, sizeOf } from '../tensor/shape.ts'
import { type Parameter, parameter } from '../tensor/tensor.ts'

/** Where the numbers of a net come from: drawn anew from a seed, or given, in any order; given arrays are used in place. */
export type ParameterSource = { readonly seed: number } | { readonly parameters: readonly Parameter[] }

/** Makes or finds one parameter after another, and keeps them in that order. */
export interface ParameterMaker {
  readonly all: readonly Parameter[]
  /** Normally distributed around `center`. */
  make(name: string, shape: Shape, spread: number, center?: number): Parameter
  /** @throws BanyanError E_NET_PARAMETER when parameters were given that the net has not. */
  end(): readonly Parameter[]
}

/**
 * @param net its name, for messages and for the streams of random numbers.
 * @throws BanyanError E_NET_PARAMETER for given parameters that are missing, too many, or of another shape.
 */
export function parameterMaker(net: string, source: ParameterSource): ParameterMaker {
  const all: Parameter[] = []
  const given = 'parameters' in source ? new Map(source.parameters.map((one) => [one.name, one])) : undefined
  return {
    all,
    make(name, shape, spread, center = 0) {
      const made = 'seed' in source ? drawn(name, shape, spread, center, source.seed) : found(name, shape)
      all.push(made)
      return made
    },
    end() {
      const known = new Set(all.map(({ name }) => name))
      const surplus = [...(given?.keys() ?? [])].find((name) => !known.has(name))
      if (surplus === undefined) return all
      throw new BanyanError('E_NET_PARAMETER', `${net}: a parameter was given that this configuration has not`, { seen: surplus })
    },
  }

  function found(name: string, shape: Shape): Parameter {
    const one = given?.get(name)
    if (one === undefined)
      throw new BanyanError('E_NET_PARAMETER', `${net}: the parameter ${name} is missing`, { wanted: `one of shape ${shapeText(shape)}` })
    if (!sameShape(one.shape, shape))
      throw new BanyanError('E_NET_PARAMETER', `${net}: the parameter ${name} has another shape than the configuration says`, {
        seen: one.shape,
        wanted: shapeText(shape),
      })
    return one
  }
}

/** Each parameter has its own stream, so that it does not depend on the others. */
function drawn(name: string, shape: Shape, spread: number, center: number, seed: number): Parameter {
  const data = new Float32Array(sizeOf(shape)).fill(center)
  if (spread > 0) {
    const random = new Random(seed, name)
    for (let i = 0; i < data.length; i++) data[i] = center + spread * normal(random)
  }
  return parameter(name, shape, { data })
}

/** A number of the standard normal distribution (Box and Muller 1958). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit())
}
