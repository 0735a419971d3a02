// An own searcher in ten lines: breadth-first. It asks for work and is told what came of it; it never calls a model or an environment.
import { BestNodes, game24, type NodeId, numberPromise, type Searcher, search } from 'banyan'

export const breadthFirst = (): Searcher<{ queue: NodeId[]; best: BestNodes }> => ({
  name: 'breadth-first',
  start: (tree) => ({ queue: [tree.root], best: new BestNodes() }),
  ask: (_tree, { queue }, free) =>
    queue.splice(0, free).map((node) => ({ kind: 'expand', node, propose: { count: 3 }, step: true, evaluate: ['default'] })),
  tell(tree, { queue, best }, { nodes, evaluations }) {
    for (const [i, node] of nodes.entries()) best.consider(tree, node, evaluations[i]?.value ?? 0)
    queue.push(...nodes.filter((node) => !tree.closed(node) && tree.twin(node) === undefined))
  },
  done: (tree, { best }) => (best.solved(tree) ? 'solved' : undefined),
  best: (_tree, { best }) => best.node,
})

if (process.argv[1] === import.meta.filename) {
  const environment = game24()
  const { answer, stopped, tree } = await search({
    environment,
    task: { numbers: [4, 9, 10, 13] },
    evaluator: numberPromise({ target: () => 24, answer: environment.answer }),
    searcher: breadthFirst(),
  })
  console.log(`${answer}, ${stopped} after ${tree.size} nodes`)
}
