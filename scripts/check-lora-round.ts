// One round of learning from one's own search, with SmolLM2-135M in our engine: search finds sentences for sets of words, an adapter learns from
// them, and the model without search is asked for sentences of the 200 held-out sets before and after.
//   npx banyan models pull smollm2-135m && node scripts/check-lora-round.ts --data commongen-lite.jsonl --json
import { parseArgs } from 'node:util'
import { writingMessages } from '../src/environments/writing/prompt.ts'
import { rulesOf } from '../src/environments/writing/rules.ts'
import type { WritingTask } from '../src/environments/writing/task.ts'
import { assemble, completeSpec } from '../src/front/assemble.ts'
import { search } from '../src/front/search.ts'
import { languageModel } from '../src/learning/gguf/index.ts'
import { lora, saveAdapter } from '../src/learning/lora/index.ts'
import { batchedDecoder } from '../src/learning/nets/batched-decoder.ts'
import type { CausalNet } from '../src/learning/nets/causal-net.ts'
import { decoder } from '../src/learning/nets/decoder.ts'
import { netModel } from '../src/learning/nets/net-model.ts'
import { openKernels } from '../src/learning/tensor/open-kernels.ts'
import { train } from '../src/learning/train.ts'
import { pairedBootstrap } from '../src/stats/bootstrap.ts'
import { drawnTasks, tasksOf } from './lora-round/word-sets.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/commongen/dev/commongen-lite.jsonl' },
    sets: { type: 'string', default: '240' },
    tokens: { type: 'string', default: '384' },
    epochs: { type: 'string', default: '2' },
    rate: { type: 'string', default: '5e-4' },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: '1' },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(
    'node scripts/check-lora-round.ts [--data <CommonGen file>] [--sets 240] [--tokens 384] [--epochs 2] [--rate 5e-4] [--seed 1] [--threads 1] [--out <folder>] [--json]\n\n--tokens: of each search. --out: keeps the adapter. Exits 1 unless the interval of the difference is above 0.\n',
  )
  process.exit(0)
}
const [seed, threads] = [Number(values.seed), Number(values.threads)]
const started = performance.now()
const say = (text: string) => process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0)} s: ${text}\n`)

const heldOut = tasksOf(values.data)
const tasks = drawnTasks(heldOut, Number(values.sets), seed)
const { net: base, tokeniser, endTokens, chat } = await languageModel('smollm2-135m')
const { text, tokens: chatTokens } = chat()
const kernels = openKernels({ threads })

const before = written(base)
say(`before: ${solved(before)} of ${heldOut.length} held-out sets`)

const shared = batchedDecoder(base, { kernels })
const model = netModel({ name: 'smollm2-135m', decoder: shared, tokeniser, endTokens, chat: text })
const found = await searched(tasks)
const { generated } = shared.counters
shared.clear()
const right = tasks.flatMap((task, at) => (found[at] === undefined ? [] : [{ task, sentence: found[at] }]))
say(`search: ${right.length} of ${tasks.length} sets, ${generated} tokens`)

const adapted = lora(base, { rank: 16 }, { seed })
const { curve, tokens } = await train(
  {
    net: adapted,
    data: { examples: right.map(({ task, sentence }) => exampleOf(task, sentence)) },
    objective: 'supervised',
    seed,
    batch: 16,
    // At most 512 tokens at once.
    microbatch: 3,
    limit: { epochs: Number(values.epochs) },
    schedule: { kind: 'linear', rate: Number(values.rate), warmup: 3, end: 0.1 },
  },
  { keepNet: false, thread: false, kernels: { threads } },
)
say(`training: ${curve.length} steps, ${tokens} tokens, loss ${curve[0]!.loss.toFixed(3)} to ${curve.at(-1)!.loss.toFixed(3)}`)
if (values.out !== undefined) saveAdapter(adapted, values.out, { baseModel: 'HuggingFaceTB/SmolLM2-135M-Instruct' })

const after = written(adapted)
say(`after: ${solved(after)} of ${heldOut.length} held-out sets`)

const numbers = (sentences: readonly string[]) => sentences.map((sentence, at) => [passes(heldOut[at]!, sentence) ? 1 : 0])
const { difference, interval } = pairedBootstrap(numbers(after), numbers(before))
const report = {
  ...{ seed, sets: tasks.length, found: right.length, searchTokens: generated, trainingTokens: tokens },
  ...{ heldOut: heldOut.length, before: solved(before), after: solved(after), difference, interval },
  // The first sets, for the eye.
  samples: heldOut.slice(0, 5).map(({ include }, at) => ({
    words: include?.map(({ word }) => word),
    before: before[at],
    after: after[at],
  })),
  loss: { first: curve[0]!.loss, last: curve.at(-1)!.loss },
  ...{ megabytes: Math.round(process.resourceUsage().maxRSS / 1024), seconds: Math.round((performance.now() - started) / 1000) },
}
process.stdout.write(
  values.json
    ? `${JSON.stringify(report)}\n`
    : `${report.before} → ${report.after} of ${report.heldOut} held-out sets without search (difference ${difference.toFixed(3)}, 95 % ${interval.map((end) => end.toFixed(3)).join(' to ')})\n`,
)
process.exitCode = interval[0] > 0 ? 0 : 1

/** The likeliest sentence for each held-out set, without search. */
function written(net: CausalNet): string[] {
  const decode = decoder(net, { kernels })
  const requests = heldOut.map((task) => ({
    branch: decode.open(chatTokens(writingMessages(task))),
    mostTokens: 48,
    temperature: 0,
    stop: endTokens,
  }))
  return decode.generate(requests).map(({ tokens }) => sentenceOf(tokens))
}

function sentenceOf(tokens: Int32Array): string {
  return tokeniser.decode(tokens.filter((token) => !endTokens.includes(token))).trim()
}

function passes(task: WritingTask, sentence: string): boolean {
  return rulesOf(task).check(sentence).passed
}

function solved(sentences: readonly string[]): number {
  return sentences.filter((sentence, at) => passes(heldOut[at]!, sentence)).length
}

/** A sentence that passes for each set where the search finds one; 32 searches at once share the decoder. */
async function searched(tasks: readonly WritingTask[]): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = []
  let next = 0
  const worker = async () => {
    for (let at = next++; at < tasks.length; at = next++) {
      const task = tasks[at]!
      const spec = completeSpec({
        ...{ environment: 'writing', task: task as never, model: model.name, searcher: 'a-star' },
        ...{ budget: { tokens: Number(values.tokens) }, concurrency: 4, seed: 1000 * seed + at },
      })
      const { answer } = await search<unknown, unknown, unknown, string>(assemble(spec, { model }))
      found[at] = answer !== undefined && passes(task, answer) ? answer : undefined
      if (at % 40 === 39) say(`  ${at + 1} of ${tasks.length} searches`)
    }
  }
  await Promise.all(Array.from({ length: 32 }, worker))
  return found
}

function exampleOf(task: WritingTask, sentence: string) {
  const prompt = chatTokens(writingMessages(task))
  const answer = [...tokeniser.encode(sentence, { specials: false }), endTokens[0]!]
  const tokens = Int32Array.from([...prompt, ...answer])
  return { tokens, weights: Float32Array.from(tokens, (_, at) => (at >= prompt.length ? 1 : 0)) }
}
