// A branch: one sequence of tokens in a decoder. Its places form a tree with those of its forks, so that it is known of each generated token
// whether anybody still wants it. It knows no net.

/** One place of one or more branches. */
export interface Place {
  readonly parent: Place | undefined
  /** Whether it was chosen by the decoder. */
  readonly generated: boolean
  /** Whether a row was computed for it. */
  read: boolean
  /** Branches that end here, and places that come right after. */
  holders: number
  /** A branch that was released, and not dropped, went through here. */
  kept: boolean
}

/** A sequence of a decoder, as its callers see it. It lives until it is dropped or released. */
export interface Branch {
  /** All tokens from the first; not to be changed. */
  readonly tokens: readonly number[]
  readonly length: number
}

/** What the decoder keeps of it. */
export class DecodingBranch implements Branch {
  readonly tokens: number[]
  /** How many tokens, from the first, have their keys and values in pages. */
  read: number
  readonly pages: number[]
  /** Hidden state after token `read` − 1; counts only where `read` equals the length. */
  readonly hidden: Float32Array
  end: Place | undefined
  /** A generation works on it. */
  busy = false

  constructor(tokens: number[], read: number, pages: number[], hidden: Float32Array, end: Place | undefined) {
    this.tokens = tokens
    this.read = read
    this.pages = pages
    this.hidden = hidden
    this.end = end
  }

  get length(): number {
    return this.tokens.length
  }

  append(token: number, generated: boolean): void {
    // The branch holds its last place; from now on the new one holds it instead.
    this.end = { parent: this.end, generated, read: false, holders: 1, kept: false }
    this.tokens.push(token)
  }

  /** @returns how many generated tokens nobody has any more, and nobody kept. */
  cutTo(length: number): number {
    let pruned = 0
    while (this.tokens.length > length) {
      this.tokens.pop()
      const place = this.end!
      this.end = place.parent
      if (--place.holders > 0) {
        // Others go on from there: the branch now holds the place before beside them.
        if (place.parent !== undefined) place.parent.holders++
      } else if (place.generated && !place.kept) pruned++
    }
    return pruned
  }

  /** Marks what has not been read as read. @returns how many of these are no new tokens of the decoder. */
  markRead(): number {
    let given = 0
    let place = this.end
    for (let left = this.length - this.read; left > 0; left--) {
      if (!place!.generated || place!.read) given++
      place!.read = true
      place = place!.parent
    }
    return given
  }

  /** Marks all its places as wanted: what is let go of later was not in vain. */
  keep(): void {
    for (let place = this.end; place !== undefined && !place.kept; place = place.parent) place.kept = true
  }

  /** @returns the same branch once more; holds no pages yet. */
  fork(): DecodingBranch {
    if (this.end !== undefined) this.end.holders++
    return new DecodingBranch([...this.tokens], this.read, [...this.pages], this.hidden.slice(), this.end)
  }
}
