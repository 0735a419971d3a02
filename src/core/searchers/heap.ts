// A binary heap: the greatest priority first; among equals the greatest second priority, then the first that was pushed.

export class Heap<Item> {
  readonly #items: { readonly item: Item; readonly priority: number; readonly second: number; readonly order: number }[] = []
  #pushed = 0

  get size(): number {
    return this.#items.length
  }

  /** The item that `pop` would give. */
  get first(): Item | undefined {
    return this.#items[0]?.item
  }

  /** Its priority. */
  get priority(): number | undefined {
    return this.#items[0]?.priority
  }

  /** @param second decides between equal priorities. */
  push(item: Item, priority: number, second = 0): void {
    const items = this.#items
    items.push({ item, priority, second, order: this.#pushed++ })
    let at = items.length - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!this.#before(at, above)) break
      this.#swap(at, above)
      at = above
    }
  }

  /** Takes out the item with the greatest priority. */
  pop(): Item | undefined {
    const items = this.#items
    const top = items[0]
    const last = items.pop()
    if (top === undefined || last === undefined) return undefined
    if (items.length > 0) {
      items[0] = last
      this.#sink()
    }
    return top.item
  }

  #sink(): void {
    const size = this.#items.length
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      const right = left + 1
      let next = at
      if (left < size && this.#before(left, next)) next = left
      if (right < size && this.#before(right, next)) next = right
      if (next === at) return
      this.#swap(at, next)
      at = next
    }
  }

  #before(a: number, b: number): boolean {
    const first = this.#items[a]!
    const second = this.#items[b]!
    if (first.priority !== second.priority) return first.priority > second.priority
    return first.second === second.second ? first.order < second.order : first.second > second.second
  }

  #swap(a: number, b: number): void {
    const held = this.#items[a]!
    this.#items[a] = this.#items[b]!
    this.#items[b] = held
  }
}
