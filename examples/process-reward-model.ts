// A process reward model from my own runs: search, label the steps by finishing answers many times over, train, and let it choose among new answers.
// Who answers is a careless writer with systematic errors, so that this runs in seconds and without a network. Where its habits are wrong, its
// favourite answer is wrong, and a vote of sixteen does not help; a model that has seen which steps lead anywhere does. Right answers are known
// of the problems that are learnt from, and of the others only after their search.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bestOfN, type Environment, greedy, memory, type Proposer, Random, type Searcher, search, vote } from 'banyan'
import { banyanRows, monteCarloLabels, writeDataset } from 'banyan/learning/data'
import { batchedDecoder, netEvaluator } from 'banyan/learning/nets'
import { referenceKernels } from 'banyan/learning/tensor'
import { saveTokeniser, words } from 'banyan/learning/tokenisers'
import { train } from 'banyan/learning/train'

/** What each word means, and how often the writer takes it the wrong way round. */
const meanings = { finds: '+', loses: '-', borrows: '+', returns: '-' } as const
const habits = { finds: 0.1, loses: 0.1, borrows: 0.7, returns: 0.7 } as const
type Word = keyof typeof meanings
/** Anna has some marbles, and three things happen. How many has she then? A step says what one of them does: `finds:+`. */
type Problem = { readonly start: number; readonly happens: readonly { readonly word: Word; readonly amount: number }[] }
type State = { readonly problem: Problem; readonly steps: readonly string[] }

const total = ({ start, happens }: Problem, steps: readonly string[]): number =>
  happens.reduce((sum, { amount }, at) => sum + (steps[at]!.endsWith('+') ? amount : -amount), start)
const rightAnswer = (problem: Problem): number =>
  total(
    problem,
    problem.happens.map(({ word }) => `${word}:${meanings[word]}`),
  )

const environment = {
  name: 'marbles',
  initial: (problem: Problem): State => ({ problem, steps: [] }),
  step: ({ problem, steps }: State, step: string) => {
    const state = { problem, steps: [...steps, step] }
    return { state, reward: 0, terminal: state.steps.length === problem.happens.length }
  },
  answer: ({ problem, steps }: State) => (steps.length === problem.happens.length ? total(problem, steps) : undefined),
  render: ({ problem, steps }: State) => [...problem.happens.map(({ word }) => word), ...steps].join(' '),
} satisfies Environment<State, string, Problem, number>

function drawProblem(random: Random): Problem {
  const names = Object.keys(meanings) as Word[]
  const happens = [1, 2, 3].map(() => ({ word: names[random.below(names.length)]!, amount: 1 + random.below(9) }))
  return { start: 30 + random.below(50), happens }
}

/** The writer's next step. */
function written({ problem, steps }: State, random: Random): string {
  const { word } = problem.happens[steps.length]!
  const wrong = random.unit() < habits[word]
  return `${word}:${(meanings[word] === '+') === wrong ? '-' : '+'}`
}

const writer: Proposer<State, string> = {
  name: 'careless writer',
  reproducible: 'exact',
  propose: (requests, { random }) =>
    requests.map(({ node, count }) => ({ candidates: Array.from({ length: count }, () => ({ action: written(node.state, random) })) })),
}

// 1. Search, and keep the trees.
const store = memory()
const drawn = new Random(1, 'problems to learn from')
for (let i = 0; i < 200; i++)
  await search({ environment, task: drawProblem(drawn), proposer: writer, searcher: vote({ n: 4 }), seed: i, store })

// 2. Label every step: how often does the writer still come out right from there?
const rows = monteCarloLabels(store, {
  environment,
  references: (task) => ({ grade: (answer) => answer === rightAnswer(task as Problem) }),
  prompt: (task) => environment.render(environment.initial(task as Problem)),
  policy({ task, steps, count, seed }) {
    const random = new Random(seed, 'rollouts')
    return Array.from({ length: count }, () => {
      let state: State = { problem: task as Problem, steps }
      while (environment.answer(state) === undefined) state = environment.step(state, written(state, random)).state
      return { answer: environment.answer(state)!, tokens: state.steps.length - steps.length }
    })
  },
  budget: { tokens: 100_000 },
})
const folder = mkdtempSync(join(tmpdir(), 'process-reward-model-'))
const labels = join(folder, 'labels.jsonl')
const dataset = await writeDataset(rows, banyanRows, labels)
console.log(`labels: ${dataset.rows} answers to ${dataset.tasks} problems, ${dataset.build!.rolloutTokens} tokens of rollouts`)

// 3. Train a small net with a value head on them.
const tokeniser = words([...Object.keys(meanings).flatMap((word) => [word, `${word}:+`, `${word}:-`]), ';'])
const tokeniserFile = join(folder, 'words.json')
saveTokeniser(tokeniser, tokeniserFile)
const { net, heads, curve } = await train(
  {
    net: { kind: 'gpt', config: { vocabulary: tokeniser.vocabulary.length, context: 10, width: 16, layers: 1, heads: 2 }, seed: 1 },
    tokeniser: tokeniserFile,
    encoding: { separator: ' ; ' },
    data: { files: [labels] },
    objective: 'binary',
    limit: { steps: 400 },
    batch: 32,
    rate: 1e-2,
  },
  // The same figures on every machine.
  { kernels: { kind: 'reference' } },
)
console.log(`training: ${curve.length} steps, loss ${curve[0]!.loss.toFixed(2)} to ${curve.at(-1)!.loss.toFixed(2)}`)

// 4. New problems: the writer alone, the majority of sixteen answers, and the one of sixteen that the model likes best.
const judge = netEvaluator<State>({
  decoder: batchedDecoder(net, { kernels: referenceKernels }),
  codec: { prompt: ({ problem, steps }) => tokeniser.encode([environment.render(environment.initial(problem)), ...steps, ''].join(' ; ')) },
  head: heads.value!,
})
async function right(searcher: Searcher): Promise<number> {
  const random = new Random(2, 'new problems')
  let count = 0
  for (let i = 0; i < 100; i++) {
    const task = drawProblem(random)
    const { answer } = await search({ environment, task, proposer: writer, evaluator: judge, searcher, seed: 1000 + i })
    if (answer === rightAnswer(task)) count++
  }
  return count
}
const [alone, majority, best] = [await right(greedy()), await right(vote({ n: 16 })), await right(bestOfN({ n: 16 }))]
console.log(`right of 100: alone ${alone}, majority of 16 ${majority}, best of 16 by the process reward model ${best}`)
rmSync(folder, { recursive: true })
