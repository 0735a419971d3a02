import { describe, expect, it } from 'vitest'
import { search } from '../core/search.ts'
import type { Tree } from '../core/tree.ts'
import { assemble, completeSpec } from '../front/assemble.ts'
import { memory } from '../traces/memory.ts'
import { treeOf } from '../traces/query.ts'
import type { TreeView } from './render/tree-lines.ts'
import { traceOfTree } from './trace-of-tree.ts'
import { actionText, taskText, traceView, treeView } from './tree-view.ts'

describe('views of a tree', () => {
  it('are alike from a search under way and from its log', async () => {
    const store = memory()
    const spec = completeSpec({
      environment: 'game24',
      task: { numbers: [4, 9, 10, 13] },
      searcher: 'best-first',
      budget: { expansions: 5 },
    })
    const { tree, node } = await search({ ...assemble(spec), store, runId: 'one', detail: 'events' })
    const shape = ({ id, label, children }: TreeView): unknown => [id, label, children.map(shape)]
    const live = treeView(tree as Tree, 'start', node)
    expect(shape(traceView(treeOf(store.read('one') as never), 'start')!)).toEqual(shape(live))
    const computed = traceOfTree(tree as Tree, node)
    expect(shape(traceView(computed, 'start')!)).toEqual(shape(live))
    expect(computed.best).toEqual(tree.path(node!))
  })

  it('of a large tree are bounded, but show the best path', async () => {
    const spec = completeSpec({ environment: 'connect-four', task: { moves: '' }, budget: { expansions: 8000 } })
    const { tree, node } = await search(assemble(spec))
    const count = (view: TreeView): number => view.children.reduce((sum, child) => sum + count(child), 1)
    const view = treeView(tree as Tree, 'start', node)
    expect(count(view)).toBeLessThan(4000)
    expect(view.children.map(({ id }) => id)).toContain(node)
  })
})

describe('words for actions and tasks', () => {
  it.each([
    ['8 - 3 = 5', '8 - 3 = 5'],
    [4, '4'],
    [{ text: ' a dog', end: false }, ' a dog'],
    [{ text: '', end: true }, '(end)'],
    [undefined, ''],
    [{ move: [1, 2] }, '{"move":[1,2]}'],
  ])('%j', (action, text) => expect(actionText(action)).toBe(text))

  it.each([
    [{ prompt: 'Why?', answerBy: 'text' }, 'Why?'],
    [{ numbers: [4, 9] }, 'numbers 4, 9'],
    [{ include: [{ word: 'dog' }, 'cat'], sentences: { exactly: 1 } }, 'include dog, cat; sentences 1'],
    ['text', 'text'],
    [null, 'null'],
  ])('%j', (task, text) => expect(taskText(task)).toBe(text))
})
