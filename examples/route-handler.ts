// A route handler in the style of Next.js (`app/api/improve/route.ts`): a Web Request in, a stream of events and the answer out, a line of
// JSON each. It runs at the edge: nothing here needs Node. When the client goes away, the search stops.
import { BanyanError, scripted, streamImprove } from 'banyan'
import { z } from 'zod'

export const runtime = 'edge'

const model = scripted({ answers: ['A heron waits.', 'Grey heron, patient as the reed it stands beside.', 'Bird.'], delay: 5 })
// Requests say what is asked, and choose among presets; model, verifier and budget are this file's business.
const body = z.strictObject({ prompt: z.string().min(1).max(4000), preset: z.enum(['fast', 'balanced']).default('fast') })

export async function POST(request: Request): Promise<Response> {
  const asked = body.safeParse(await request.json().catch(() => undefined))
  if (!asked.success) return Response.json({ error: z.prettifyError(asked.error) }, { status: 400 })
  const { events, result, abort } = streamImprove({
    ...asked.data,
    model,
    verify: ({ answer }) => Math.min(1, answer.length / 60),
    budget: { calls: 12, seconds: 30 },
    signal: request.signal,
  })
  async function* lines(): AsyncGenerator<string> {
    try {
      let trials = 0
      for await (const event of events) if (event.type === 'trial-end') yield `${JSON.stringify({ trials: ++trials })}\n`
      const { answer, value, usage, runId } = await result
      yield `${JSON.stringify({ answer, value, calls: usage.calls, runId })}\n`
    } catch (error) {
      yield `${JSON.stringify({ error: BanyanError.isInstance(error) ? error.code : 'E_UNKNOWN' })}\n`
    }
  }
  const iterator = lines()
  const stream = new ReadableStream<string>({
    async pull(controller) {
      const { value, done } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: abort,
  })
  return new Response(stream.pipeThrough(new TextEncoderStream()), { headers: { 'content-type': 'application/x-ndjson' } })
}

// What a framework does; here, to see it work.
if (process.argv[1] === import.meta.filename) {
  const post = (json: unknown) => POST(new Request('http://localhost/api/improve', { method: 'POST', body: JSON.stringify(json) }))
  console.log(await (await post({ prompt: 'A line about a heron.' })).text())
  const refused = await post({ question: 'A line about a heron?' })
  console.log(refused.status, await refused.json())
}
