// Every operation of the tensor engine with every set of kernels that this machine has: its result against the reference in double precision,
// and each gradient against central differences of that. Errors are in parts of the largest number expected, or of 1.
//   npm run check:gradients -- --json
import { parseArgs } from 'node:util'
import { BanyanError } from '../src/core/errors.ts'
import type { Kernels } from '../src/learning/tensor/kernels.ts'
import { buildLibrary } from '../src/learning/tensor/native/build-library.ts'
import { availableInstructions, openKernels } from '../src/learning/tensor/open-kernels.ts'
import { referenceKernels } from '../src/learning/tensor/reference/reference.ts'
import { operationCases } from '../src/learning/tensor/testing/cases.ts'
import { computeCase, errorOf, expectedOf } from '../src/learning/tensor/testing/check-case.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    tolerance: { type: 'string', default: '2e-5' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(
    'npm run check:gradients -- [--tolerance 2e-5] [--json]\n\nBuilds the native kernels where there is a compiler. Exits 1 when a result or a gradient is off.\n',
  )
  process.exit(0)
}
const tolerance = Number(values.tolerance)
if (!(tolerance > 0)) {
  process.stderr.write(`--tolerance ${values.tolerance}: a number above 0 is wanted\n`)
  process.exit(2)
}

const kinds: Record<string, { kernels: Kernels; precision?: 'double'; tolerance: number }> = {
  'reference, double precision': { kernels: referenceKernels, precision: 'double', tolerance: Math.min(tolerance, 1e-7) },
  reference: { kernels: referenceKernels, tolerance },
}
const native = await nativeOrReason()
if (native === undefined)
  for (const instructions of availableInstructions())
    for (const threads of [1, 2]) {
      const kernels = openKernels({ kind: 'native', instructions, threads })
      kinds[`${kernels.name}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`] = { kernels, tolerance }
    }

const worst: Record<string, number> = Object.fromEntries(Object.keys(kinds).map((name) => [name, 0]))
const failures: string[] = []
let checks = 0
for (const operationCase of operationCases) {
  const expected = expectedOf(operationCase)
  for (const [name, { kernels, precision, tolerance }] of Object.entries(kinds)) {
    const computed = computeCase(kernels, operationCase, precision)
    const errors = [
      ['result', errorOf(computed.result, expected.result)] as const,
      ...expected.gradients.map((gradient, at) => [`gradient ${at}`, errorOf(computed.gradients[at] ?? [], gradient)] as const),
    ]
    for (const [what, error] of errors) {
      checks++
      worst[name] = Math.max(worst[name]!, error)
      if (!(error <= tolerance)) failures.push(`${operationCase.operation} ${operationCase.variant}, ${name}, ${what}: ${error}`)
    }
  }
}
const report = {
  operations: new Set(operationCases.map(({ operation }) => operation)).size,
  cases: operationCases.length,
  checks,
  failed: failures.length,
  worst: Math.max(...Object.values(worst)),
  kernels: worst,
  ...(native !== undefined && { native }),
  failures,
}
process.stdout.write(
  values.json
    ? `${JSON.stringify(report)}\n`
    : [
        `${report.operations} operations, ${report.cases} cases, ${checks} checks, ${failures.length} failed`,
        ...Object.entries(worst).map(([name, error]) => `  ${name}: worst error ${error.toExponential(1)}`),
        ...(native === undefined ? [] : [`  native kernels were not checked: ${native}`]),
        ...failures.map((line) => `✗ ${line}`),
        '',
      ].join('\n'),
)
process.exitCode = failures.length === 0 ? 0 : 1

/** Why there are no native kernels; undefined when there are. */
async function nativeOrReason(): Promise<string | undefined> {
  try {
    await buildLibrary()
    return undefined
  } catch (error) {
    if (BanyanError.isInstance(error)) return error.message
    throw error
  }
}
