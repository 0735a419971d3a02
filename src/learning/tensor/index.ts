// The public names of the tensor engine.
export { type Adam, type AdamOptions, type AdamReport, type AdamState, adam, type Moments } from './adam.ts'
export type {
  Activation,
  AdamStep,
  AttentionShape,
  Binary,
  Kernels,
  PagedAttention,
  Product,
  RotaryShape,
  Rows,
  Sampled,
  Sampling,
  StridedCopy,
} from './kernels.ts'
export { availableInstructions, type KernelOptions, openKernels } from './open-kernels.ts'
export { absolute, exp, gatedSilu, gelu, log, relu, sigmoid, silu, sqrt, square, tanh } from './operations/activation.ts'
export { add, affine, clamp, divide, maximum, minimum, multiply, subtract } from './operations/arithmetic.ts'
export { broadcast, concat, reshape, slice, transpose } from './operations/arrange.ts'
export { type AttentionOptions, attention, selfAttention } from './operations/attention.ts'
export { type CrossEntropyOptions, crossEntropy } from './operations/cross-entropy.ts'
export { type LinearOptions, linear, type MatmulOptions, matmul } from './operations/linear.ts'
export { layerNorm, type NormOptions, rmsNorm } from './operations/norm.ts'
export { max, mean, sum } from './operations/reduce.ts'
export { type RotaryOptions, rotary, rotaryAngles } from './operations/rotary.ts'
export { type GatherOptions, gatherRows, pick, scatterRows } from './operations/rows.ts'
export { logSoftmax, softmax } from './operations/softmax.ts'
export { referenceKernels } from './reference/reference.ts'
export { type ScheduleOptions, schedule } from './schedules.ts'
export type { Shape } from './shape.ts'
export { Tape, type TapeOptions } from './tape.ts'
export { type Cell, constant, Parameter, type ParameterOptions, parameter, Tensor } from './tensor.ts'
