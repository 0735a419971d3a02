// SmolLM2-135M in our own engine beside llama.cpp, on twenty texts: the same tokens; nearly the same log-probabilities with the same numbers in
// single precision; and close to those of the four-bit file, where llama.cpp computes with eight-bit activations. Our own eight-bit form is as close
// to single precision.
//   npx banyan models pull smollm2-135m && npm run check:smollm2 -- --json
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { BanyanError } from '../src/core/errors.ts'
import { eightBitLanguageModel, languageModel, openGguf, rewriteGguf } from '../src/learning/gguf/index.ts'
import { openKernels } from '../src/learning/tensor/open-kernels.ts'
import { scoresByEngine } from './smollm2/engine.ts'
import { scoresByLlamaCpp, type TextScores } from './smollm2/llama-cpp.ts'
import { texts } from './smollm2/texts.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    model: { type: 'string', default: 'smollm2-135m' },
    threads: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(
    'npm run check:smollm2 -- [--model smollm2-135m] [--threads 1] [--json]\n\nNeeds the model, and 540 MB for a temporary file. Exits 1 when the figures are not as wanted, 2 when the model is missing.\n',
  )
  process.exit(0)
}

/** Nats, nats, and a share of places. */
const wanted = { single: 0.01, fourBit: 0.1, eightBits: 0.1, agreement: 0.93 }

const model = await languageModel(values.model).catch((error: unknown) => {
  if (!BanyanError.isInstance(error)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(2)
})
const kernels = openKernels({ threads: Number(values.threads) })
const all = texts.map(({ text }) => text)
const ours = scoresByEngine(model, kernels, all)
const eightBits = scoresByEngine(await eightBitLanguageModel(values.model), kernels, all)

const folder = mkdtempSync(join(tmpdir(), 'banyan-smollm2-'))
let exact: readonly TextScores[]
try {
  const path = join(folder, 'single-precision.gguf')
  using file = await openGguf(model.path)
  rewriteGguf(file, path)
  exact = await scoresByLlamaCpp(path, all)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const fourBit = await scoresByLlamaCpp(model.path, all)

const tokenised = ours.filter(({ tokens }, at) => tokens.join() === exact[at]!.tokens.join()).length
const report = {
  model: values.model,
  kernels: kernels.name,
  texts: all.length,
  tokens: ours.reduce((sum, { tokens }) => sum + tokens.length, 0),
  sameTokens: tokenised,
  single: compared(exact),
  fourBit: compared(fourBit),
  eightBits: compared(eightBits),
  wanted,
}
const passed =
  report.sameTokens === all.length &&
  report.single.meanDifference <= wanted.single &&
  report.fourBit.meanDifference <= wanted.fourBit &&
  report.fourBit.agreement >= wanted.agreement &&
  report.eightBits.meanDifference <= wanted.eightBits &&
  report.eightBits.agreement >= wanted.agreement
const line = (name: string, { meanDifference, worstDifference, agreement }: Compared) =>
  `  ${name}: mean |Δ log p| ${meanDifference.toFixed(5)}, worst ${worstDifference.toFixed(3)}, same likeliest token ${(100 * agreement).toFixed(1)} %\n`
process.stdout.write(
  values.json
    ? `${JSON.stringify({ ...report, passed })}\n`
    : `${passed ? '✓' : '✗'} ${report.tokens} tokens in ${report.texts} texts, ${tokenised} texts with the same tokens (${kernels.name})\n${line('single precision', report.single)}${line('four-bit file', report.fourBit)}${line('our eight bits', report.eightBits)}`,
)
process.exitCode = passed ? 0 : 1

interface Compared {
  /** Of log-probabilities of the texts' tokens, in nats. */
  readonly meanDifference: number
  readonly worstDifference: number
  /** Share of places where both have the same likeliest token. */
  readonly agreement: number
}

function compared(theirs: readonly TextScores[]): Compared {
  const differences = ours.flatMap(({ logProbs }, text) => logProbs.map((own, at) => Math.abs(own - theirs[text]!.logProbs[at]!)))
  const same = ours.flatMap(({ best }, text) => best.map((own, at) => own === theirs[text]!.best[at]))
  return {
    meanDifference: differences.reduce((sum, one) => sum + one, 0) / differences.length,
    worstDifference: Math.max(...differences),
    agreement: same.filter(Boolean).length / same.length,
  }
}
