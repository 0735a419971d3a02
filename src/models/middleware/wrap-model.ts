// Puts behaviour around a model: the same interface comes back. Knows nothing of what the behaviours do.
import type { Model } from '../model.ts'

/** Behaviour around a model. */
export type ModelMiddleware = (model: Model) => Model

/**
 * A model within middleware. The first one is the outermost: it sees a call first and its result last.
 *
 * @example
 * const model = wrapModel(aiSdkModel(provider('gpt-4o-mini')), cache(), retry({ attempts: 3 }))
 */
export function wrapModel(model: Model, ...middleware: readonly ModelMiddleware[]): Model {
  return middleware.reduceRight((inner, wrap) => wrap(inner), model)
}

/** Does something around every call of a model. `ask` makes the call itself and may be used any number of times. */
export type AroundCall = <Result extends ModelResult>(call: ModelCall, ask: (signal: AbortSignal) => Promise<Result>) => Promise<Result>

/** What every result of a model has. */
export type ModelResult =
  | Awaited<ReturnType<Model['generate']>>
  | Awaited<ReturnType<NonNullable<Model['score']>>>
  | Awaited<ReturnType<NonNullable<Model['embed']>>>

/** A call of a model, whatever its kind. */
export type ModelCall = { readonly signal: AbortSignal; readonly seed: number } & (
  | { readonly kind: 'generate'; readonly request: Parameters<Model['generate']>[0] }
  | { readonly kind: 'score'; readonly request: Parameters<NonNullable<Model['score']>>[0] }
  | { readonly kind: 'embed'; readonly request: readonly string[] }
)

/** A model like `model`, with `around` around each of its calls and `changes` to its fields. */
export function aroundModel(model: Model, around: AroundCall, changes: Partial<Pick<Model, 'price'>> = {}): Model {
  const { score, embed, close } = model
  return {
    name: model.name,
    capabilities: model.capabilities,
    reproducible: model.reproducible,
    ...(model.contextLength === undefined ? {} : { contextLength: model.contextLength }),
    ...(model.price === undefined ? {} : { price: model.price }),
    ...changes,
    generate: (request, run) => around({ kind: 'generate', request, ...run }, (signal) => model.generate(request, { ...run, signal })),
    ...(score === undefined
      ? {}
      : {
          score: (request, run) => around({ kind: 'score', request, ...run }, (signal) => score.call(model, request, { ...run, signal })),
        }),
    ...(embed === undefined
      ? {}
      : {
          embed: (texts, run) =>
            around({ kind: 'embed', request: texts, ...run }, (signal) => embed.call(model, texts, { ...run, signal })),
        }),
    ...(close === undefined ? {} : { close: () => close.call(model) }),
  } satisfies Model
}
