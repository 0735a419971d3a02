// What a judge is shown: a state as text, and a question about it. Knows nothing of models.
import type { Environment } from '../../core/environment.ts'
import type { NodeView } from '../../core/node-view.ts'
import type { Message } from '../../models/model.ts'

/** Whatever can show a state; an environment can. */
export type Renderer<State> = Pick<Environment<State, never>, 'render'>

/** Makes the chat for a judge from the rendered state. A text becomes one user message. */
export type PromptBuilder<State, Action> = (rendered: string, node: NodeView<State, Action>) => string | readonly Message[]

/** A state as text. Pictures are named by their media type: a judge reads text. */
export function renderText<State>(renderer: Renderer<State>, state: State): string {
  const rendered = renderer.render(state)
  if (typeof rendered === 'string') return rendered
  return rendered.map((part) => (part.type === 'text' ? part.text : `[${part.mediaType}]`)).join('\n')
}

/** The chat that asks about a node. */
export function messagesFor<State, Action>(
  builder: PromptBuilder<State, Action>,
  renderer: Renderer<State>,
  node: NodeView<State, Action>,
): readonly Message[] {
  const prompt = builder(renderText(renderer, node.state), node)
  return typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt
}
