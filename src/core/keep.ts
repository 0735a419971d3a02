// Keeps one object of each class that a search's inner loop works with. V8 drops the layouts of objects of which none is left, and with them all
// code that was compiled for them: the next search would begin slowly.

const kept: object[] = []

/** Keeps an object for as long as the process lives. For small ones. */
export function keep(one: object): void {
  kept.push(one)
}
